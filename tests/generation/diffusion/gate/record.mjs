// Records what nsfwjs itself, running on TensorFlow.js, says of the pictures beside this file.
// npm install nsfwjs@4.3.0 @tensorflow/tfjs@4.22.0 pngjs && node record.mjs > scores.json
import { readdirSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { load } from "nsfwjs/core";
import { MobileNetV2MidModel } from "nsfwjs/models/mobilenet_v2_mid";
import { PNG } from "pngjs";

console.info = console.error;
await tf.setBackend("cpu");
const model = await load("MobileNetV2Mid", { modelDefinitions: [MobileNetV2MidModel] });
const folder = new URL("pictures/", import.meta.url);
const recorded = {};
for (const name of readdirSync(folder).sort()) {
  const { width, height, data } = PNG.sync.read(readFileSync(new URL(name, folder)));
  const picture = tf.tensor3d(data, [height, width, 4], "int32").slice([0, 0, 0], [height, width, 3]);
  const kinds = await model.classify(picture);
  recorded[name] = Object.fromEntries(kinds.map((kind) => [kind.className.toLowerCase(), kind.probability]).sort());
}
console.log(JSON.stringify(recorded, null, 2));
