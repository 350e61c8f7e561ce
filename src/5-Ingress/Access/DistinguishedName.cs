using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Usher.Ingress;

/// <summary>Names of certificates as nginx tells them (<c>$ssl_client_s_dn</c>): RFC 2253, by OpenSSL's short names.</summary>
internal static class DistinguishedName
{
    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN", ["2.5.4.4"] = "SN", ["2.5.4.5"] = "serialNumber", ["2.5.4.6"] = "C", ["2.5.4.7"] = "L", ["2.5.4.8"] = "ST", ["2.5.4.9"] = "street", ["2.5.4.10"] = "O", ["2.5.4.11"] = "OU", ["2.5.4.12"] = "title",
        ["2.5.4.42"] = "GN", ["2.5.4.46"] = "dnQualifier", ["0.9.2342.19200300.100.1.1"] = "UID", ["0.9.2342.19200300.100.1.25"] = "DC", ["1.2.840.113549.1.9.1"] = "emailAddress",
    };

    internal static string Of(X500DistinguishedName name)
    {
        var text = new StringBuilder();
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: true))
        {
            if (text.Length > 0) text.Append(',');
            if (part.HasMultipleElements)
            {
                text.Append('#').Append(Convert.ToHexString(part.RawData.Span));
                continue;
            }

            var type = part.GetSingleElementType().Value ?? "";
            text.Append(Short.GetValueOrDefault(type, type)).Append('=').Append(Escaped(part.GetSingleElementValue() ?? ""));
        }

        return text.ToString();
    }

    private static string Escaped(string value)
    {
        var text = new StringBuilder(value.Length);
        var bytes = Encoding.UTF8.GetBytes(value);
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = (char)bytes[i];
            if (c is < ' ' or >= (char)0x7F) text.Append('\\').Append(bytes[i].ToString("X2", CultureInfo.InvariantCulture));
            else if (c is ',' or '+' or '"' or '\\' or '<' or '>' or ';' || (c == '#' && i == 0) || (c == ' ' && (i == 0 || i == bytes.Length - 1))) text.Append('\\').Append(c);
            else text.Append(c);
        }

        return text.ToString();
    }
}
