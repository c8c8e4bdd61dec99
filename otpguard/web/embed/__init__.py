"""What `otpguard-embed.js` asks from pages of other origins: a form, a code, a claim."""
