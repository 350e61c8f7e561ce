using System.Text.RegularExpressions;
using Usher.Doorway.Files.Manifests;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>What the text of a field may be.</summary>
/// <param name="Wanted">It, for people.</param>
/// <param name="Most">The most characters.</param>
/// <param name="Form">The pattern; null for any text.</param>
/// <param name="Least">The fewest characters.</param>
internal sealed record TextRule(string Wanted, int Most, Regex? Form = null, int Least = 1)
{
    internal bool Allows(string text) => text.Length >= Least && text.Length <= Most && (Form is null || Form.IsMatch(text));
}

/// <summary>The types of text that the CRDs share (Gateway API, <c>apis/v1/shared_types.go</c>).</summary>
internal static partial class TextRules
{
    private const string SubdomainText = "lower-case letters, digits, '-' and '.', starting and ending with a letter or digit";

    internal static TextRule Hostname { get; } = new("a host name in lower case, or one after '*.', at most 253 characters", 253, HostnameForm());

    internal static TextRule PreciseHostname { get; } = new("a host name in lower case without '*', at most 253 characters", 253, ObjectNames.Subdomain());

    internal static TextRule Group { get; } = new($"{SubdomainText}; \"\" is the core group", 253, GroupForm(), Least: 0);

    internal static TextRule Kind { get; } = new("letters, digits and '-', starting with a letter and ending with a letter or digit, at most 63", 63, KindForm());

    internal static TextRule ObjectName { get; } = new("the name of an object, at most 253 characters", 253);

    internal static TextRule Namespace { get; } = new("a namespace: lower-case letters, digits and '-', at most 63 (DNS label, RFC 1123)", 63, ObjectNames.Label());

    internal static TextRule SectionName { get; } = new($"{SubdomainText}, at most 253", 253, ObjectNames.Subdomain());

    internal static TextRule ControllerName { get; } = new("a domain, '/' and a path, as example.com/gateway-controller", 253, ControllerForm());

    internal static TextRule Protocol { get; } = new("HTTP, HTTPS, TLS, TCP, UDP, or a domain, '/' and a name", 255, ProtocolForm());

    internal static TextRule AddressType { get; } = new("IPAddress, Hostname, or a domain, '/' and a name", 253, AddressTypeForm());

    internal static TextRule QualifiedName { get; } = new("a name of at most 63 letters, digits, '-', '_' and '.', which a domain and '/' may come before", 253, QualifiedForm());

    internal static TextRule AnnotationValue { get; } = new("at most 4096 characters", 4096, Least: 0);

    internal static TextRule LabelValue { get; } = new("letters, digits, '-', '_' and '.', starting and ending with a letter or digit, at most 63", 63, LabelValueForm(), Least: 0);

    internal static TextRule HeaderName { get; } = new("letters, digits and !#$%&'*+-.^_`|~, at most 256 (a token, RFC 9110)", 256, HeaderForm());

    internal static TextRule HeaderValue { get; } = new("1 to 4096 characters", 4096);

    internal static TextRule QueryParamValue { get; } = new("1 to 1024 characters", 1024);

    internal static TextRule Path { get; } = new("at most 1024 characters", 1024, Least: 0);

    /// <summary>A regular expression for a gRPC service or method.</summary>
    internal static TextRule Expression => Path;

    internal static TextRule Duration { get; } = new("a duration of whole h, m, s and ms, each up to 5 digits, as 10s or 1m30s (GEP-2257)", 32, DurationForm());

    internal static TextRule Uri { get; } = new("a URI with a scheme, as spiffe://example.com/ns/shop/sa/users, at most 253 characters", 253, UriForm());

    internal static TextRule Origin { get; } = new("'*', or http:// or https:// and a host, which may be '*' or begin with '*.', and a port if it isn't the scheme's", 253, OriginForm());

    internal static TextRule WellKnownCertificates { get; } = new("System, or a domain, '/' and a name", 253, WellKnownForm());

    internal static TextRule Description { get; } = new("at most 64 characters", 64, Least: 0);

    internal static TextRule GrpcService { get; } = new("letters, digits, '_' and '.', as shop.v1.Orders", 1024, GrpcServiceForm());

    internal static TextRule GrpcMethod { get; } = new("letters, digits and '_', not starting with a digit", 1024, GrpcMethodForm());

    [GeneratedRegex(@"^(\*\.)?" + ObjectNames.SubdomainPattern + @"\z", RegexOptions.NonBacktracking)]
    private static partial Regex HostnameForm();

    [GeneratedRegex(@"^(" + ObjectNames.SubdomainPattern + @")?\z", RegexOptions.NonBacktracking)]
    private static partial Regex GroupForm();

    [GeneratedRegex(@"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex KindForm();

    [GeneratedRegex(@"^" + ObjectNames.SubdomainPattern + @"/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex ControllerForm();

    // The CRD's second alternative isn't anchored at its start.
    [GeneratedRegex(@"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?\z|" + ObjectNames.SubdomainPattern + @"/[A-Za-z0-9]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex ProtocolForm();

    // Nor are this one's alternatives anchored but for the first and the last.
    [GeneratedRegex(@"^Hostname|IPAddress|NamedAddress|" + ObjectNames.SubdomainPattern + @"/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex AddressTypeForm();

    [GeneratedRegex(@"^(" + ObjectNames.SubdomainPattern + @"/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex QualifiedForm();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex LabelValueForm();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+\-.^_`|~]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex HeaderForm();

    [GeneratedRegex(@"^([0-9]{1,5}(h|m|s|ms)){1,4}\z", RegexOptions.NonBacktracking)]
    private static partial Regex DurationForm();

    [GeneratedRegex(@"^([^:/?#]+):(//[^/?#]*)?[^?#]*(\?[^#]*)?(#.*)?", RegexOptions.NonBacktracking)]
    private static partial Regex UriForm();

    [GeneratedRegex(@"^(\*|https?://((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9\-]+|\*)(:[0-9]{1,5})?)\z", RegexOptions.NonBacktracking)]
    private static partial Regex OriginForm();

    [GeneratedRegex(@"^(System|" + ObjectNames.SubdomainPattern + @"/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])\z", RegexOptions.NonBacktracking)]
    private static partial Regex WellKnownForm();

    [GeneratedRegex(@"^\.?[a-zA-Z_][a-zA-Z_0-9]*(\.[a-zA-Z_][a-zA-Z_0-9]*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex GrpcServiceForm();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z_0-9]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex GrpcMethodForm();
}
