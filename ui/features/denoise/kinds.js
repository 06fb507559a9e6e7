// The kinds of noise: what each is called, what its level means, and what the chart's axis says.

const percent = (level) => `${Math.round(100 * level)} %`;

export const KINDS = {
  gaussian: {
    label: "Gaussian noise", axis: "standard deviation",
    meaning: ({ level, mean }) =>
      `noise of mean ${mean.toFixed(2)} and standard deviation ${level.toFixed(2)} is added` + (level === 0.5 && mean === 0.5 ? ", as in the article" : ""),
  },
  salt_and_pepper: { label: "Salt and pepper", meaning: ({ level }) => `${percent(level)} of the pixels turn black or white` },
  speckle: { label: "Speckle", meaning: ({ level }) => `each pixel is multiplied by a random number of mean 1 and standard deviation ${level.toFixed(2)}` },
  shot: {
    label: "Shot noise",
    meaning: ({ level }) => (level ? `as in dim light: a white pixel gets about ${Math.max(1, Math.round(1 / level ** 2))} photons` : "so much light that single photons make no difference"),
  },
  blur: { label: "Blur", meaning: ({ level }) => `blurred with a Gaussian of ${(4 * level).toFixed(1)} pixels` },
  low_contrast: { label: "Low contrast", meaning: ({ level }) => `every pixel comes ${percent(level)} closer to grey` },
  occlusion: { label: "Occlusion", meaning: ({ level }) => `a black square of ${Math.round(28 * level)} × ${Math.round(28 * level)} pixels: drag it over the digit` },
  scratches: { label: "Scratches", meaning: ({ level }) => `${Math.round(12 * level)} scratches, black or white` },
};
