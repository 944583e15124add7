import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** Packages that stay in node_modules: native code, packages that read files beside them, and optional ones. */
const EXTERNAL_PACKAGES = [
  '@node-rs/*',
  'pg-native',
  '@bull-board/*',
  'pdfmake',
  'fontkit',
  'piscina',
  '@fontsource/*',
  'swagger-ui-dist',
  'bullmq-otel',
  '@opentelemetry/sdk-node',
];

/** CommonJS packages load modules of Node.js by `require`. */
const BANNER = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);`;

/**
 * Bundles src/main.ts and its imports into a few files: loading 20 files instead of 1,900 halves the start-up time. The
 * folder must be below the project, where node_modules is found.
 * @returns the file to start processes with, in place of src/main.ts
 */
export async function bundle(folder: string): Promise<string> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: EXTERNAL_PACKAGES,
    banner: { js: BANNER },
    plugins: [keepDirname],
    sourcemap: 'linked',
    sourcesContent: false,
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'error',
  });
  return join(folder, 'main.mjs');
}

/** Replaces `import.meta.dirname` by the folder of the source file, so that modules find the files beside them. */
const keepDirname: Plugin = {
  name: 'keep-dirname',
  setup(at) {
    at.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};
