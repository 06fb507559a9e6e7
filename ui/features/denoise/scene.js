// What a talk shows of the Denoise page: a digit, the digit with noise, and what the network makes of that.

import { DigitScene } from "../../frontend/lib/digit_scene.js";

export default class DenoiseScene extends DigitScene {
  constructor(options) {
    super(options);
    for (const part of ["clean", "corrupted", "denoised"]) this.add(part);
    this.takesPen("clean");
    this.reset();
  }

  render() {
    this.showPaper();
    this.fill("clean", this.clean, "clean");
    this.fill("corrupted", this.corrupted, this.noiseInWords || "no noise yet");
    this.fill("denoised", this.clean && this.decode(this.latent), "denoised");
  }
}
