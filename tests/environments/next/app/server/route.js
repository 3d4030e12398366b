import { load } from "nerite";

export async function GET(request) {
  const recognizer = await load(new URL(request.url).searchParams.get("bundle"));
  const { entities } = await recognizer.predict("Barack Obama visited Paris.");
  recognizer.free();
  return Response.json(entities.map(({ text }) => text));
}
