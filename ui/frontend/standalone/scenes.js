// The Scenes page in one file.

import scenes from "../../features/scenes/part.js";
import { showAlone } from "./live.js";

showAlone(scenes);
