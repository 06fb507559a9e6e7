// The Colorize page in one file.

import colorize from "../../features/colorize/part.js";
import { showAlone } from "./live.js";

showAlone(colorize);
