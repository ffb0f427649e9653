// Buttons that need a script show when there is one, and a passkey that fails is told in words.
(function () {
  'use strict'
  document.querySelectorAll('.only-with-script').forEach(button => { button.hidden = !window.PublicKeyCredential })
  document.addEventListener('allauth.error', event => {
    event.preventDefault()
    document.getElementById('passkey-failed').hidden = false
  })
})()
