// Signs typed data from stdin with viem, as a browser's wallet would; the key is the first argument.
import { readFileSync } from 'node:fs'
import { privateKeyToAccount } from 'viem/accounts'

const { types, primaryType, domain, message } = JSON.parse(readFileSync(0, 'utf8'))
delete types.EIP712Domain
const signature = await privateKeyToAccount(process.argv[2]).signTypedData({ types, primaryType, domain, message })
process.stdout.write(signature)
