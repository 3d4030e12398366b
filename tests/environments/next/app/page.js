"use client";

import { load } from "nerite";
import { useEffect } from "react";

import { run } from "../page.js";

export default function Page() {
  useEffect(() => {
    run(load);
  }, []);
  return <p>Next</p>;
}
