using System.Globalization;
using System.Text.RegularExpressions;

namespace Usher.Model.Aws;

/// <summary>An action of a rule.</summary>
public sealed record RuleAction
{
    /// <summary><c>forward</c>, <c>redirect</c>, <c>fixed-response</c>, or one that Usher refuses by name.</summary>
    public required string Type { get; init; }

    /// <summary>The target groups of a <c>forward</c> action.</summary>
    public IReadOnlyList<TargetGroupTuple> TargetGroups { get; init; } = [];

    /// <summary>How long a <c>forward</c> action keeps a client at its target group, 1–604,800 s; null when group stickiness is off.</summary>
    public int? StickinessSeconds { get; init; }

    /// <summary>The settings of a <c>redirect</c> action.</summary>
    public RedirectAction? Redirect { get; init; }

    /// <summary>The settings of a <c>fixed-response</c> action.</summary>
    public FixedResponseAction? FixedResponse { get; init; }

    /// <summary>The settings of a <c>jwt-validation</c> action.</summary>
    public JwtValidationAction? JwtValidation { get; init; }
}

/// <summary>A target group of a forward action with its weight.</summary>
/// <param name="TargetGroupArn">The target group.</param>
/// <param name="Weight">0–999; its share of the sum.</param>
public sealed record TargetGroupTuple(string TargetGroupArn, int Weight = 1);

/// <summary>A redirect; what isn't given keeps the request's own, by the placeholders <c>#{protocol} #{host} #{port} #{path} #{query}</c>.</summary>
/// <param name="StatusCode"><c>HTTP_301</c> or <c>HTTP_302</c>.</param>
/// <param name="Protocol"><c>HTTP</c>, <c>HTTPS</c> or <c>#{protocol}</c>.</param>
/// <param name="Host">The host.</param>
/// <param name="Port">The port.</param>
/// <param name="Path">The absolute path; <c>#{path}</c> is without the leading slash.</param>
/// <param name="Query">The query without the question mark.</param>
public sealed partial record RedirectAction(
    string StatusCode, string Protocol = "#{protocol}", string Host = "#{host}", string Port = "#{port}", string Path = "/#{path}", string Query = "#{query}")
{
    /// <summary>The most characters of its host, path or query.</summary>
    public const int MaxLength = 128;

    /// <summary>What its status code may be.</summary>
    public static IReadOnlyList<string> StatusCodes { get; } = ["HTTP_301", "HTTP_302"];

    /// <summary>What its protocol may be.</summary>
    public static IReadOnlyList<string> Protocols { get; } = ["HTTP", "HTTPS", "#{protocol}"];

    /// <summary>What host, path and query may have between <c>#{</c> and <c>}</c>.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["#{protocol}", "#{host}", "#{port}", "#{path}", "#{query}"];

    /// <summary>Whether a port is one: 1 to 65535 or <c>#{port}</c>.</summary>
    public static bool IsPort(string text) => text == "#{port}" || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535);

    /// <summary>What looks like a keyword in a host, path or query, and is none.</summary>
    public static IEnumerable<string> UnknownKeywords(string text) => Keyword().Matches(text).Select(m => m.Value).Where(k => !Keywords.Contains(k, StringComparer.Ordinal));

    /// <summary>Whether it would lead from HTTPS to HTTP at a listener of this protocol.</summary>
    public bool Downgrades(string? protocol) => protocol == "HTTPS" && Protocol == "HTTP";

    /// <summary>Whether it leads elsewhere than to where the request came from, at a listener of this protocol and port, null where they aren't known. Another query alone doesn't.</summary>
    public bool LeadsAway(string? protocol, long? port) =>
        (Protocol != "#{protocol}" && Protocol != protocol)
        || (Port != "#{port}" && Port != port?.ToString(CultureInfo.InvariantCulture))
        || Host != "#{host}"
        || Path != "/#{path}";

    [GeneratedRegex(@"#\{[^}]*\}")]
    private static partial Regex Keyword();
}

/// <summary>A response that the load balancer gives by itself.</summary>
/// <param name="StatusCode">2XX, 4XX or 5XX.</param>
/// <param name="ContentType">One of the five types that the API allows, or null.</param>
/// <param name="MessageBody">At most 1024 characters, or null.</param>
public sealed record FixedResponseAction(int StatusCode, string? ContentType, string? MessageBody)
{
    /// <summary>The most characters of its body.</summary>
    public const int MaxMessageBody = 1024;

    /// <summary>What its content type may be.</summary>
    public static IReadOnlyList<string> ContentTypes { get; } = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];

    /// <summary>The code that a text is, 2XX, 4XX or 5XX; null when it is none.</summary>
    public static int? Code(string? text) =>
        text is { Length: 3 } && text[0] is '2' or '4' or '5' && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
}

/// <summary>A check of the request's JSON Web Token (<c>JwtValidationActionConfig</c> in the ELBv2 API).</summary>
/// <param name="JwksEndpoint">The URL of the keys that tokens are signed with, HTTPS, at most 256 characters.</param>
/// <param name="Issuer">What <c>iss</c> must be, at most 256 characters.</param>
/// <param name="AdditionalClaims">What is checked besides <c>iss</c>, <c>exp</c>, <c>nbf</c> and <c>iat</c>; at most 10.</param>
public sealed record JwtValidationAction(string JwksEndpoint, string Issuer, IReadOnlyList<JwtClaim> AdditionalClaims)
{
    /// <summary>The most characters of its URL, its issuer, and a claim's name and values.</summary>
    public const int MaxLength = 256;

    /// <summary>The most further claims, and the most values of one.</summary>
    public const int MaxCount = 10;

    /// <summary>Whether a text is the whole URL of keys: HTTPS, with its host, and neither a user nor a fragment.</summary>
    public static bool IsEndpoint(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "https", Host.Length: > 0, UserInfo: "", Fragment: "" };
}

/// <summary>A further claim that a token must have.</summary>
/// <param name="Name">The claim's name.</param>
/// <param name="Format"><c>single-string</c>, <c>string-array</c> or <c>space-separated-values</c>.</param>
/// <param name="Values">1–10 values of at most 256 characters.</param>
public sealed record JwtClaim(string Name, string Format, IReadOnlyList<string> Values)
{
    /// <summary>What its format may be.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["single-string", "string-array", "space-separated-values"];

    /// <summary>Whether a claim is validated in any case, and so can't be a further one.</summary>
    public static bool IsAlwaysValidated(string? name) => name is "exp" or "iss" or "nbf" or "iat";
}
