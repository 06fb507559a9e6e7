// The Sound page in one file.

import sound from "../../features/sound/part.js";
import { showAlone } from "./live.js";

showAlone(sound);
