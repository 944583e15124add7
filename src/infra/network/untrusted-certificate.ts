/** Codes of Node.js for a server's certificate that is not accepted. */
export const NOT_TRUSTED = /CERT|^ERR_TLS_|^UNABLE_TO_/;
