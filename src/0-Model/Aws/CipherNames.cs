namespace Usher.Model.Aws;

/// <summary>
/// Cipher suites as OpenSSL names them, which is how an ALB logs them
/// (openssl-ciphers(1), "CIPHER SUITE NAMES"): IANA's TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is ECDHE-RSA-AES128-GCM-SHA256 there.
/// </summary>
public static class CipherNames
{
    /// <summary>OpenSSL's name for IANA's. Suites of TLS 1.3 have one name in both.</summary>
    public static string OpenSsl(string iana)
    {
        var with = iana.IndexOf("_WITH_", StringComparison.Ordinal);
        if (with < 0 || !iana.StartsWith("TLS_", StringComparison.Ordinal)) return iana;
        var exchange = iana[4..with].Replace('_', '-');
        var cipher = iana[(with + 6)..]
            .Replace("AES_128", "AES128", StringComparison.Ordinal)
            .Replace("AES_256", "AES256", StringComparison.Ordinal)
            .Replace("_CBC_", "_", StringComparison.Ordinal);
        if (cipher.StartsWith("CHACHA20_POLY1305", StringComparison.Ordinal)) cipher = "CHACHA20-POLY1305";

        // OpenSSL leaves RSA key exchange unsaid.
        return (exchange == "RSA" ? "" : exchange + "-") + cipher.Replace('_', '-');
    }
}
