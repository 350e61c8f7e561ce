using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Usher.Doorway.Files.GatewaySchema;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// The rules that an API server has for names in fields, in its words but for their patterns (<c>IsDNS1123Subdomain</c> and its neighbours in
/// <c>k8s.io/apimachinery/pkg/util/validation</c>).
/// </summary>
internal static partial class ServerNames
{
    private const int MaxSubdomain = 253;
    private const int MaxPort = 15;

    /// <summary>A host's name, or <c>*.</c> and one.</summary>
    internal static void Host(SchemaCheck check, string field, string host)
    {
        if (!host.Contains('*', StringComparison.Ordinal))
        {
            Subdomain(check, field, host);
            return;
        }

        Most(check, field, host, MaxSubdomain);
        if (!WildcardForm().IsMatch(host))
        {
            check.Invalid(field, host, "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character");
        }
    }

    /// <summary>What may not be an IP address.</summary>
    internal static void NoAddress(SchemaCheck check, string field, string host)
    {
        if (Address(host) is not null) check.Invalid(field, host, "must be a DNS name, not an IP address");
    }

    internal static void Subdomain(SchemaCheck check, string field, string name)
    {
        Most(check, field, name, MaxSubdomain);
        if (!ObjectNames.Subdomain().IsMatch(name))
        {
            check.Invalid(field, name, "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character");
        }
    }

    internal static void Label(SchemaCheck check, string field, string name)
    {
        Most(check, field, name, ObjectNames.MaxLabel);
        if (!ObjectNames.Label().IsMatch(name))
        {
            check.Invalid(field, name, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character");
        }
    }

    /// <summary>The name of a Service.</summary>
    internal static void LetterLabel(SchemaCheck check, string field, string name)
    {
        Most(check, field, name, ObjectNames.MaxLabel);
        if (!ObjectNames.LetterLabel().IsMatch(name))
        {
            check.Invalid(field, name, "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character");
        }
    }

    /// <summary>The name of a port (an IANA service name, RFC 6335, section 5.1, in lower case).</summary>
    internal static void Port(SchemaCheck check, string field, string name)
    {
        Most(check, field, name, MaxPort);
        if (!name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')) check.Invalid(field, name, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!name.Any(char.IsAsciiLetterLower)) check.Invalid(field, name, "must contain at least one letter (a-z)");
        if (name.Contains("--", StringComparison.Ordinal)) check.Invalid(field, name, "must not contain consecutive hyphens");
        if (name.StartsWith('-') || name.EndsWith('-')) check.Invalid(field, name, "must not begin or end with a hyphen");
    }

    /// <summary>Go's ParseIPSloppy: four numbers to 255, zeros in front or not, or an IPv6 address without a zone; null for anything else.</summary>
    internal static IPAddress? Address(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal)) return !text.AsSpan().ContainsAny("%[]") && IPAddress.TryParse(text, out var six) ? six.IsIPv4MappedToIPv6 ? six.MapToIPv4() : six : null;
        var numbers = text.Split('.');
        var bytes = new byte[4];
        return numbers.Length == 4 && numbers.Index().All(n => byte.TryParse(n.Item, NumberStyles.None, CultureInfo.InvariantCulture, out bytes[n.Index])) ? new IPAddress(bytes) : null;
    }

    private static void Most(SchemaCheck check, string field, string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) > bytes) check.Invalid(field, text, string.Create(CultureInfo.InvariantCulture, $"must be no more than {bytes} bytes"));
    }

    [GeneratedRegex(@"^\*\." + ObjectNames.SubdomainPattern + @"\z", RegexOptions.NonBacktracking)]
    private static partial Regex WildcardForm();
}
