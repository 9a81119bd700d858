/** On any page with a network: say who is signed in, and send what was studied without one. */
import { Bag, bringBack } from "./bag.js";

export async function comeBack() {
  await bringBack(await Bag.open());
}
