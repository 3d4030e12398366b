// Texts to try. All are our own.

/** @type {Record<string, string>} */
export const examples = {
  news: `President Barack Obama visited Paris in January 2016. He met French officials and leaders of the World Health Organization before flying on to Geneva on Thursday.

In New York, Sergei Lavrov told the United Nations Security Council that Russia would discuss Iran again next Monday; Chinese diplomats called the talks in Geneva useful. Hurricane Katrina struck New Orleans in August 2005, and no American city had seen such damage since the 1906 earthquake in San Francisco.`,

  history: `Napoleon Bonaparte was born in Corsica in August 1769, a year after Genoa had given the island to France. He became First Consul in November 1799 and crossed the Alps the following May. In 1812 his army marched on Moscow; fewer than one in five of his soldiers returned from Russia.

After the Battle of Waterloo in June 1815 the British sent him to Saint Helena, where he died six years later. The Congress of Vienna, led by Prince Metternich of Austria, had drawn the borders of Europe anew by then.`,

  science: `Marie Curie left Warsaw for Paris in 1891 and studied physics at the Sorbonne. With her husband Pierre Curie she found polonium, named after Poland, in July 1898. The Royal Swedish Academy of Sciences gave her the Nobel Prize in Physics in 1903 and the Nobel Prize in Chemistry in 1911.

In April 2019 astronomers of the Event Horizon Telescope published the first picture of a black hole. The data came from eight observatories, from Hawaii and Arizona to Spain, Chile and the South Pole; Katie Bouman of the Massachusetts Institute of Technology had worked on the algorithms.`,

  wire: `European Union foreign ministers meet in Brussels on Tuesday
Nigerian President Olusegun Obasanjo arrives in Washington for talks with Secretary of State Condoleezza Rice
Toyota and General Motors close a joint factory in California
Earthquake shakes northern Pakistan; the Red Crescent sends help to Islamabad
Roger Federer beats Andy Roddick at Wimbledon in four sets
Microsoft to pay a fine of 500 million euros, a court in Luxembourg says
Kenyan runners win the Boston Marathon for the third year`,

  scripts: `Prime Minister Yitzhak Rabin (\u05d9\u05e6\u05d7\u05e7 \u05e8\u05d1\u05d9\u05df) shook hands with Yasser Arafat (\u064a\u0627\u0633\u0631 \u0639\u0631\u0641\u0627\u062a) in Washington on 13 September 1993.

\u0632\u0627\u0631 Barack Obama \u0645\u062f\u064a\u0646\u0629 Cairo \u0641\u064a June 2009.

Angela Merkel \ud83c\udde9\ud83c\uddea and Emmanuel Macron \ud83c\uddeb\ud83c\uddf7 met in Z\u00fcrich; Ban Ki-moon (\ubc18\uae30\ubb38) of South Korea and Shinz\u014d Abe (\u5b89\u500d \u664b\u4e09) of Japan had spoken in Tokyo in December 2015.`,
};
