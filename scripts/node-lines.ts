/** The lines of Node that the package supports. The README says when one leaves; `engines` has the oldest version. */
export const nodeLines: readonly string[] = ["20", "22", "24", "26"];
