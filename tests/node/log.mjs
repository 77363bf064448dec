// Prints the token requests that provider.mjs saw. Argument: its issuer.

const answer = await fetch(`${process.argv[2]}/test/log`);
console.log(await answer.text());
