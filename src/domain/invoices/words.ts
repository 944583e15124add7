const ONES = [
  '',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
  'Thirteen',
  'Fourteen',
  'Fifteen',
  'Sixteen',
  'Seventeen',
  'Eighteen',
  'Nineteen',
];
const TENS = ['', '', 'Twenty', 'Thirty', 'Forty', 'Fifty', 'Sixty', 'Seventy', 'Eighty', 'Ninety'];
const CRORE = 10_000_000;

/** Returns an amount of paise in words with Indian numbering: `One Lakh Twenty Rupees and Five Paise Only`. */
export function inWords(paise: number): string {
  const [rupees, rest] = [Math.floor(paise / 100), paise % 100];
  const parts = [
    ...(rupees > 0 || rest === 0
      ? [`${rupees === 0 ? 'Zero' : wholeWords(rupees)} ${rupees === 1 ? 'Rupee' : 'Rupees'}`]
      : []),
    ...(rest > 0 ? [`${wholeWords(rest)} ${rest === 1 ? 'Paisa' : 'Paise'}`] : []),
  ];
  return `${parts.join(' and ')} Only`;
}

/** Amounts above a crore count crores: a lakh of crores is `One Lakh Crore`. */
function wholeWords(amount: number): string {
  const steps: [number, string][] = [
    [Math.floor(amount / CRORE), 'Crore'],
    [Math.floor((amount % CRORE) / 100_000), 'Lakh'],
    [Math.floor((amount % 100_000) / 1_000), 'Thousand'],
    [Math.floor((amount % 1_000) / 100), 'Hundred'],
  ];
  const named = steps.flatMap(([count, name]) =>
    count > 0 ? [count > 99 ? wholeWords(count) : wordsBelow100(count), name] : [],
  );
  return [...named, wordsBelow100(amount % 100)].filter(Boolean).join(' ');
}

function wordsBelow100(amount: number): string {
  if (amount < 20) return ONES[amount] ?? '';
  return [TENS[Math.floor(amount / 10)], ONES[amount % 10]].filter(Boolean).join(' ');
}
