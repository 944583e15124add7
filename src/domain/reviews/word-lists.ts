const words = (text: string): string[] => text.normalize('NFKC').split(/\s+/);

/** A set of words in lower case and form NFKC, as they are compared. */
const setOf = (text: string): ReadonlySet<string> => new Set(words(text.trim()));

/**
 * Words that the dictionaries list as profane but that are harmless: names, brands, animals and goods. A shop can add
 * any of them to its blocked words.
 */
export const INNOCENT_WORDS = setOf(`
  cockpit cockpits dickies dickey slutsk slutsky shih-tzu shitzu shitzus shital shitole shitij shitiz shitla shitala shitanshu vishit
  harshit harshita akshit akshita dikshit rakshit rakshita lakshit lakshita parikshit nishit nishita rishit rishita
  darshit dakshit ashit ashita ishit ishita
  laura lora dalal dalla dallas paaji paji pajji nich fk chaka lulla
  pig pigs bandar janwar jungli khassi soar moot goo tat gobar goobar chamcha chamche mutthi pataka chakka chhakka
  chhod chhoda chhodo chhodi khota item maal butt butts panty panties swastika swastikas twinkie twinkies octopussy
  cornhole escort escorts playboy hardcore domination pegging bareback xx
  कुत्ता कुत्ते कुत्तों गधा गधे गधी गधों सूअर सूअरों सुअर सुअरों उल्लू उल्लुओं बंदर बंदरों जानवर जानवरों जंगली खस्सी गोबर
  छोड़ छोड़ा छोड़ी छोड़े छोड़ो खाते खातों पटाका माल आइटम ढक्कन छक्का छक्के दलाल चमचा चमचे मुठ्ठी खोटा`);

const DICKS = 'francis|tracy|whittington|cheney|grayson|clark|bruna|king-smith|van dyke|smith';
const FURNITURE = 'sofa|bed|room|study|table|desk|chair|bag|box|rack|stand|storage|kitchen|dining|office|cover|carry';

/** Names and goods of several words that contain a profane word. */
const PHRASES = [
  `(?:moby|spotted|philip k\\.?|andy)[ -]dick`,
  `dick(?: |'s )(?:${DICKS}|sporting goods)`,
  'tom,? dick,? (?:and|&) harry',
  '(?:black|red|turkey|fighting|game|rooster) cock',
  '(?:blue|great|coal|long-tailed|willow|marsh) tits?',
  'cock[ -]a[ -]doodle',
  'tit for tat',
  "mc donald'?s?",
  'pussy[ -](?:cats?|willows?)',
  'puss in boots',
  'maine coons?',
  'rape ?seeds?',
  'bastard (?:files?|cut|saffron)',
  'booby traps?',
  'boob tubes?',
  'concrete vibrators?',
  'rio negro',
  'van dyke',
  'fu manchu',
  'spic (?:and|&|n) span',
  '(?:same|opposite)[ -]sex',
  'sex and the city',
  'lund university',
  'niki lauda',
  '(?:magna |summa )?cum laude',
  `(?:${FURNITURE})[ -]cum[ -](?:${FURNITURE})`,
  'xxx[ -]?large',
  'randi zuckerberg',
  'james randi',
  '\\d{1,4} bc',
];

/** Matches these names and goods in a text. */
export const INNOCENT_PHRASES = new RegExp(`(?<![\\p{L}\\p{N}-])(?:${PHRASES.join('|')})(?![\\p{L}\\p{N}])`, 'giu');

/** Beginnings of words without another meaning; double letters are written once. */
export const STRONG_BEGINNINGS: readonly string[] = words(
  `fuck fuk phuck motherfuck cunt niger niga fagot bitch slut whore wanker twat bastards ashole arsehole asmunch
  dickhead dickface dickwad cocksuck cumshot blowjob handjob pisof shity shithead shithole shitface shitbag shitshow shitload
  bulshit apeshit dipshit horseshit batshit kike wetback raghead towelhead
  madar mader bhosd bhosad bhosr bhosk bsdk chuti chuty chuthi choti choty gandu gando gandfat bhadw bhadv harami haramz haramj
  haramkh randik randib jhant
  मादर भोस चूति गांड लंड लौड़ रंडी रांड हरामी हरामज़ हरामखोर भड़व भड़वा झांट`.trim(),
);

/** Whole words without another meaning; as beginnings they would match harmless words. */
export const STRONG_WORDS = setOf('shit shits shite shiting gand chut asses चूत');

/** Parts that no harmless word contains. */
export const STRONG_PARTS: readonly string[] = words('chod chud kichut kiaulad fucker चोद चुद औलाद');
