// The ten digits' colours, which most people can tell apart on light and on dark.

export const COLOURS = ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#b6992d", "#b07aa1", "#ff7ba0", "#9c755f", "#7f8790"];
