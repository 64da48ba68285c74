// Unpacks the packed Chromium and the libraries that it needs into TMPDIR, and prints where it is.
process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs22.x"; // what its libraries are packed for
const { default: chromium } = await import("@sparticuz/chromium");
console.log(await chromium.executablePath());
