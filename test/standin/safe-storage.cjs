'use strict'
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { app } = require('./app.cjs')
const { environment, needReady } = require('./environment.cjs')

const VERSION = Buffer.from('v11')

/** The keyring's key: kept in the user's data, so that it outlives a restart as a keyring does. */
function keyringKey() {
  const file = path.join(environment.userData, 'standin-keyring')
  if (!fs.existsSync(file)) fs.writeFileSync(file, crypto.randomBytes(32))
  return fs.readFileSync(file)
}

function encrypt(text) {
  needReady('safeStorage')
  const nonce = crypto.randomBytes(12)
  const cipher = crypto.createCipheriv('aes-256-gcm', keyringKey(), nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([VERSION, nonce, cipher.getAuthTag(), body])
}

function decrypt(sealed) {
  needReady('safeStorage')
  const decipher = crypto.createDecipheriv('aes-256-gcm', keyringKey(), sealed.subarray(3, 15))
  decipher.setAuthTag(sealed.subarray(15, 31))
  return decipher.update(sealed.subarray(31), undefined, 'utf8') + decipher.final('utf8')
}

exports.safeStorage = {
  isAsyncEncryptionAvailable: async () => {
    await app.whenReady()
    return true
  },
  encryptStringAsync: async (text) => encrypt(text),
  decryptStringAsync: async (sealed) => ({ result: decrypt(sealed), shouldReEncrypt: false }),
  getSelectedStorageBackend: () =>
    environment.isReady ? (process.env.STANDIN_KEYRING ?? 'gnome_libsecret') : 'unknown',
}
