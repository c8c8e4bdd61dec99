"""PSKC files for tests: the two protected examples of RFC 6030, and files made to order."""

from __future__ import annotations

import hmac
import os
from base64 import b64encode
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

SPACE = "urn:ietf:params:xml:ns:keyprov:pskc"
TOTP = f"{SPACE}:totp"
XENC = "http://www.w3.org/2001/04/xmlenc#"
HMAC_SHA1 = "http://www.w3.org/2000/09/xmldsig#hmac-sha1"

RFC_KEY = "12345678901234567890123456789012"
RFC_PASSPHRASE = "qwerty"
RFC_SECRET = b"12345678901234567890"
"""What both examples protect."""

RFC_FIGURE_6 = f"""<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="{SPACE}"
    xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="{XENC}">
  <EncryptionKey>
    <ds:KeyName>Pre-shared-key</ds:KeyName>
  </EncryptionKey>
  <MACMethod Algorithm="{HMAC_SHA1}">
    <MACKey>
      <xenc:EncryptionMethod Algorithm="{XENC}aes128-cbc"/>
      <xenc:CipherData>
        <xenc:CipherValue>
          ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX
        </xenc:CipherValue>
      </xenc:CipherData>
    </MACKey>
  </MACMethod>
  <KeyPackage>
    <DeviceInfo>
      <Manufacturer>Manufacturer</Manufacturer>
      <SerialNo>987654321</SerialNo>
    </DeviceInfo>
    <Key Id="12345678" Algorithm="{TOTP}">
      <Issuer>Issuer</Issuer>
      <AlgorithmParameters>
        <ResponseFormat Length="8" Encoding="DECIMAL"/>
      </AlgorithmParameters>
      <Data>
        <Secret>
          <EncryptedValue>
            <xenc:EncryptionMethod Algorithm="{XENC}aes128-cbc"/>
            <xenc:CipherData>
              <xenc:CipherValue>
                AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv
              </xenc:CipherValue>
            </xenc:CipherData>
          </EncryptedValue>
          <ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>
        </Secret>
      </Data>
    </Key>
  </KeyPackage>
</KeyContainer>
"""
"""Section 6.2, with a pre-shared key; its token counts time here."""

RFC_FIGURE_7 = f"""<?xml version="1.0" encoding="UTF-8"?>
<pskc:KeyContainer xmlns:pskc="{SPACE}" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"
    xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"
    xmlns:xenc="{XENC}" Version="1.0">
  <pskc:EncryptionKey>
    <xenc11:DerivedKey>
      <xenc11:KeyDerivationMethod
          Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2">
        <pkcs5:PBKDF2-params>
          <Salt><Specified>Ej7/PEpyEpw=</Specified></Salt>
          <IterationCount>1000</IterationCount>
          <KeyLength>16</KeyLength>
          <PRF/>
        </pkcs5:PBKDF2-params>
      </xenc11:KeyDerivationMethod>
      <xenc:ReferenceList><xenc:DataReference URI="#ED"/></xenc:ReferenceList>
      <xenc11:MasterKeyName>My Password 1</xenc11:MasterKeyName>
    </xenc11:DerivedKey>
  </pskc:EncryptionKey>
  <pskc:MACMethod Algorithm="{HMAC_SHA1}">
    <pskc:MACKey>
      <xenc:EncryptionMethod Algorithm="{XENC}aes128-cbc"/>
      <xenc:CipherData>
        <xenc:CipherValue>
          2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx
        </xenc:CipherValue>
      </xenc:CipherData>
    </pskc:MACKey>
  </pskc:MACMethod>
  <pskc:KeyPackage>
    <pskc:DeviceInfo>
      <pskc:Manufacturer>TokenVendorAcme</pskc:Manufacturer>
      <pskc:SerialNo>987654321</pskc:SerialNo>
    </pskc:DeviceInfo>
    <pskc:Key Algorithm="{TOTP}" Id="123456">
      <pskc:AlgorithmParameters>
        <pskc:ResponseFormat Length="8" Encoding="DECIMAL"/>
      </pskc:AlgorithmParameters>
      <pskc:Data>
        <pskc:Secret>
          <pskc:EncryptedValue Id="ED">
            <xenc:EncryptionMethod Algorithm="{XENC}aes128-cbc"/>
            <xenc:CipherData>
              <xenc:CipherValue>
                oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f
              </xenc:CipherValue>
            </xenc:CipherData>
          </pskc:EncryptedValue>
          <pskc:ValueMAC>LP6xMvjtypbfT9PdkJhBZ+D6O4w=</pskc:ValueMAC>
        </pskc:Secret>
      </pskc:Data>
    </pskc:Key>
  </pskc:KeyPackage>
</pskc:KeyContainer>
"""
"""Section 6.3, with a key from a passphrase; its token counts time here."""


def text_of(data: bytes) -> str:
    """Base64."""
    return b64encode(data).decode()


def plain(secret: bytes) -> str:
    """A secret that nothing protects."""
    return f"<PlainValue>{text_of(secret)}</PlainValue>"


def encrypted(method: str, cipher: bytes, mac: bytes = b"") -> str:
    """A secret that is protected."""
    value = (
        f'<EncryptedValue><EncryptionMethod Algorithm="{method}"/>'
        f"<CipherData><CipherValue>{text_of(cipher)}</CipherValue></CipherData></EncryptedValue>"
    )
    return value + (f"<ValueMAC>{text_of(mac)}</ValueMAC>" if mac else "")


def cbc(secret: bytes, key: bytes, *, mac_key: bytes | None = None) -> str:
    """A secret under AES-CBC with HMAC-SHA1, by `mac_key` or by the same key."""
    count = 16 - len(secret) % 16
    padded = secret + os.urandom(count - 1) + bytes([count])
    nonce = os.urandom(16)
    encryptor = Cipher(AES(key), modes.CBC(nonce)).encryptor()
    cipher = nonce + encryptor.update(padded) + encryptor.finalize()
    mac = hmac.new(mac_key or key, cipher, "sha1").digest()
    return encrypted(f"{XENC}aes{len(key) * 8}-cbc", cipher, mac)


def token(
    secret: str,
    *,
    serial: str = "A1",
    user: str = "ada",
    model: str = "",
    algorithm: str = TOTP,
    parameters: str = "",
    data: str = "",
    policy: str = "",
) -> str:
    """One key package of four lines; the key stands in the third."""
    named = f"<UserId>{escape(user)}</UserId>" if user else ""
    called = f"<Model>{escape(model)}</Model>" if model else ""
    return (
        "<KeyPackage>\n"
        f"<DeviceInfo><SerialNo>{escape(serial)}</SerialNo>{called}{named}</DeviceInfo>\n"
        f'<Key Id="k" Algorithm="{algorithm}">'
        f"<AlgorithmParameters>{parameters}</AlgorithmParameters>"
        f"<Data><Secret>{secret}</Secret>{data}</Data>{policy}</Key>\n"
        "</KeyPackage>\n"
    )


def container(*tokens: str, head: str = "") -> str:
    """A file; the first token begins in the third line."""
    return f'<KeyContainer Version="1.0" xmlns="{SPACE}">\n{head}\n{"".join(tokens)}</KeyContainer>'


SHARED = f'<EncryptionKey><KeyName>k</KeyName></EncryptionKey><MACMethod Algorithm="{HMAC_SHA1}"/>'
"""The head of a file with a pre-shared key, by which the MAC is made as well."""
