/*
 * Words and phrases that count as profane, for `profanity.ts`; disguises of them are detected there. The lists come from
 * allprofanity 2.4.0, Copyright (c) 2025 Ayush Jadaun, under the MIT License (the terms in the LICENSE of this project).
 * Left out are names, brands, animals and goods.
 */

const listOf = (text: string): readonly string[] => text.trim().split(/,\s*/);

/** English. */
export const ENGLISH_PROFANITY = listOf(`
  acrotomophilia, anal, anilingus, anus, apeshit, arsehole, ass, asshole, assmunch, autoerotic, babeland, bangbros,
  barenaked, bastard, bastardo, bastinado, bbw, bdsm, beaner, beaners, bestiality, bimbos, birdlock, bitch, bitches,
  blowjob, blumpkin, bollocks, bondage, boner, boob, boobs, bukkake, bulldyke, bullshit, bunghole, busty, buttcheeks,
  butthole, camgirl, camslut, camwhore, carpetmuncher, circlejerk, clit, clitoris, clusterfuck, cock, cocks, coon,
  coons, coprolagnia, coprophilia, creampie, cum, cumming, cunnilingus, cunt, darkie, daterape, deepthroat,
  dendrophilia, dick, dildo, dingleberries, dingleberry, doggiestyle, doggystyle, dolcett, dominatrix, dommes, dvda,
  ecchi, ejaculation, erotic, erotism, eunuch, faggot, fecal, felch, fellatio, feltch, femdom, figging, fingerbang,
  fingering, fisting, footjob, frotting, fuck, fuckin, fucking, fucktards, fudgepacker, futanari, g-spot, genitals,
  goatcx, goatse, gokkun, goodpoop, goregasm, grope, guro, handjob, hentai, homoerotic, honkey, hooker, humping,
  incest, intercourse, jailbait, jigaboo, jiggaboo, jiggerboo, jizz, juggs, kike, kinbaku, kinkster, kinky, knobbing,
  lolita, lovemaking, masturbate, milf, motherfucker, muffdiving, nambla, nawashi, negro, neonazi, nigga, nigger,
  nimphomania, nipple, nipples, nude, nudity, nympho, nymphomania, omorashi, orgasm, orgy, paedophile, paki, pedobear,
  pedophile, penis, phuck, phucking, pissing, pisspig, ponyplay, poof, poon, poontang, poopchute, porn, porno, pornography,
  pthc, pubes, punany, pussy, queaf, queef, quim, raghead, rape, raping, rapist, rectum, rimjob, rimming, s&m, sadism,
  santorum, scat, schlong, scissoring, semen, sex, sexo, sexy, shemale, shibari, shit, shitblimp, shitty, shota,
  shrimping, skeet, slanteye, slut, smut, snatch, snowballing, sodomize, sodomy, spic, splooge, spooge, spunk,
  strapon, strappado, suck, sucks, swinger, threesome, throating, tit, tits, titties, titty, topless, tosser,
  towelhead, tranny, tribadism, tubgirl, tushy, twat, twink, undressing, upskirt, urophilia, vagina, vibrator,
  vorarephilia, voyeur, vulva, wank, wetback, xxx, yaoi, yiffy, zoophilia`);

/** Hindi in Latin letters. */
export const HINDI_PROFANITY = listOf(`
  abe saale, asli chutiya, aukaat, aukat, awaara, baap ka maal, badmaash, badmash, badmashi, bahan chod, bahan ke,
  bahanchod, bahenchod, bakait, bakchod, bakchodd, bakchodhi, bakchodi, bakchodi pelna, bakchodiya, bakwaas, bc,
  behanchod, behanchood, behaya, behayaa, behayaai, behen chod, behen ke lode, behenchod, behenchod chutiya,
  behenchood, behenkechodo, behn chod, behnchod, behncod, besaram, besharam, besharm, besharmi, beswa, bevakoof,
  bewakoof, bewaqoof, bhadua, bhadva, bhadwa, bhadwe, bhadwe ki aulad, bhain chood, bhainchod, bhanchod, bharwa,
  bhen chod, bhen chood, bhen cod, bhen ke takke, bhencho, bhenchod, bhenchood, bhenco, bhenkelode, bhikari, bhnchd,
  bhosad, bhosada, bhosadchod, bhosarike, bhosda, bhosdi ke, bhosdi ke kutte, bhosdike, bhosdiwaale, bhosdiwala,
  bhosdiwale, bhoshdike, bhosra, bhosrika, bitodi, bkl, chakke, chal be chutiye, chapri, char sau bees, charsi,
  chhodu, chichora, chidimar, chod, chodd, chodne, chodu, chodu ram, chodumal, choduram, choot, chootiya, chootiyapa,
  chootiye, chootya, chuchiya, chud, chudai, chudakkad, chudasa, chudasi, chudwa, chudwaana, chudwana, chudwaya, chut,
  chut ke, chuthiya, chutia, chutiya, chutiya behenchod, chutiya sala, chutiya sala gandu, chutiyaa, chutiyaap,
  chutiyap, chutiyapa, chutiyapaa, chutiyapanti, chutiyapnatee, chutiye, chutmarike, chutya, chutyapa, dalaal, darpok,
  dedh shana, dekh lunga, dhakkan, dhongi, dur fitte muh, ek number ka chutiya, gaand, gaand mara, gaand marwa,
  gaandfat, gaandmasti, gaandu, gaandu giri, gadha, gadhe, gadhi, gali ka kutta, gand, gandfaad, gandfattu,
  gandi naali ke keede, gandoo, gandu, gandu augmentation, gandu bachcha, gandu giri, gandu lal, gandu madarchod,
  gandu sala, gandul, ganduu, ganjedi, gashti, gawar, ghatiya, ghoos khor, gu, haraami, haraamkhor, haram ka,
  haram ka khana, haram ka pilla, haram zaada, harami, harami kutta, harami pilla, haramipana, haramjaade, haramjada,
  haramkhor, haramzada, haramzade, haramzadeh, hastmaithun, hijda, hijjra, hijra, hijraa, hizra, izzat lutna, jantoo,
  jhaant, jhaat, jhaat barabar, jhaat ka baal, jhant, jhantu, jhatu, joota, joota maru, kamchor, kameena, kamina,
  kaminapan, kaminay, kaminey, kaminey suar, kamini, kaminpana, kanjoos, kayar, khandan pe mat ja, khatey,
  khudkushi kar le, khusra, kutiya, kutri, kutta, kutte, kutte ka pilla, kutte kamine, kutte ki aulad, kutte ki maut,
  kutti, kuttiya, kutya, lafanga, lafange, lafangey, lafantar, lauda, lauda lasan, laude, laude lag gaye, laund,
  launda, laundebaaz, laundiya, lawda, loda, lucha, luchchai, luchha, lund, lund choos, lund fakir,
  lund fakir chutiya, lund hilana, lund ka baal, lundtopi, ma chod, maa chod, maa chood, maachod, madar chod,
  madar chood, madarchod, madarchod gandu, madarchodd, madarchoddd, madarchom, madarchood, madarchud, madarjaad,
  madarjaat, madarjatt, madarzaat, mader chod, maderchod, maderchood, madrchod, maha chutiya, makhi choos, mar ja, mc,
  mere lund se, modarchod, mother chod, mother fucker, motherchodd, muh kala karna, murkh, mut, muth, muthal, mutna,
  mutra, naamard, nalayak, namard, namardangi, napunsak, napunsakta, natak karna, neech, neech admi, nibba, nibbi,
  nikal laude, nikamma, oye harami, paagal, pagal, pagla, pagli, pakhandi, paltu, patur, peshab, phattu, phitte muh,
  raand, rakshas, randi, randi ka, randi khana, randi ki aulad, randi ki beti, randibaaz, randibaazi, randibaj,
  randvi, randwe, rendi, saala, saala kutta kamina, saale, saale chutiye, saaley, sala harami, sala kutta, sale,
  shaitan, suar, suar ki aulad, suwar, tati, tatta, tatte, tatti, tatti khana, tatti surat, tere baap ka naukar,
  teri behen ka yaar, teri gaand mein, teri ma ki chut, teri maa chod, teri maa ka bhosda, teri maa ka yaar,
  teri maa ki, topibaaz, ullu, ullu ka pattha, ullu ki patthi`);

/** Hindi in Devanagari. */
export const DEVANAGARI_PROFANITY = listOf(`
  अबे साले, असली चूतिया, आवारा, उल्लू का पट्ठा, एम् सी, औकात, कंजूस, कमीना, कमीनापन, कमीनी, कमीने, कमीने सूअर, कामचोर,
  कायर, कुतिया, कुत्ती, कुत्ते का पिल्ला, कुत्ते की औलाद, कुत्ते की मौत, खुसरा, गंजेड़ी, गंड, गंदी नाली के कीड़े,
  गंवार, गली का कुत्ता, गश्ती, गांड, गांड मरवा, गांड मरा, गांडफत, गांडू गिरी, गांद, गू, घटिया, घूसखोर, चर्सी,
  चार सौ बीस, चिचोरा, चुदक्कड़, चुदवाना, चुदाई, चूचीया, चूत, चूत मारीके, चूतड़, चूतर, चूतिया, चूतिया साला, चूतियापंती,
  चूतियापा, चूतिये, चोदने, चोदू, जूता मारूं, झाँट, झाँटू, झांट, झाटू, टट्टी, टट्टे, टोपीबाज़, डरपोक, डेढ़ शाणा, ढोंगी,
  तेरी गांड में, तेरी बहन का यार, तेरी माँ का भोसड़ा, तेरी माँ का यार, तेरी माँ की, तेरी माँ की चूत, तेरी माँ चोद,
  तेरे बाप का नौकर, दल्ला, देख लूँगा, नपुंसक, नामर्द, नालायक, निकम्मा, निकल लौड़े, नीच, पगला, पगली, पलटू, पाखंडी,
  पागल, पाजी, पेशाब, फट्टू, फिट्टे मुह, बकचोदी, बकलोल, बकवास, बकैत, बदमाश, बदमाशी, बहन के टके, बहन के लोड़े, बहन चोद,
  बहनचोद, बहनचोद चूतिया, बहेनचोद, बी सी, बेवकूफ, बेशर्म, बेशर्मी, बेसवा, बेहया, भड़वा, भड़वे की औलाद, भरवा, भिखारी,
  भेन चोद, भेनचोड, भैनचोद, भोसड़ा, भोसड़ी, भोसड़ी के कुत्ते, भोसड़ी वाला, भोसड़ी वाले, भोसड़ीके, भोसडीके, भोस्डिके,
  मक्खीचूस, मदरचोद, मर जा, महा चूतिया, माचोद, मादर चोद, मादरचूड, मादरचोद, मादरचोद गांडू, मादरजात, मुठल, मूठ, मूत,
  मूत्र, मूर्ख, मेरे लंड से, रंडी, रंडी की औलाद, रंडी की बेटी, रंडीखाना, रंडीबाज़, रांड, राक्षस, लंड, लंड का बाल,
  लंड चूस, लफंगा, लवड़ा, लुच्चा, लोड़ा, लौंडा, लौंडिया, लौंडेबाज़, लौड़ा, लौड़े, शैतान, साला, साला कुत्ता कमीना, साले,
  साले कुत्ते, सूअर की औलाद, हराम का, हरामखोर, हरामज़ादा, हरामज़ादे, हरामी, हरामी कुत्ता, हरामीपना, हस्तमैथुन, हिजड़ा`);

/** Words that make any word profane that contains them. */
export const COMPOUND_PARTS = listOf(
  'fuck, shit, bitch, cunt, whore, nigger, nigga, faggot, wanker, chutiya, bhenchod, behenchod, madarchod, bhosdi',
);
