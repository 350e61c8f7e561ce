using System.Collections.Immutable;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// What a listener's attributes make of headers (ALB user guide, HTTP header modification): response headers that are put on every response, in the place of the target's own, and the
/// names of those that tell a target of TLS.
/// </summary>
/// <param name="Inserted">Names and values of <c>routing.http.response.*.header_value</c>.</param>
/// <param name="Own">What the load balancer's own answers have besides: its name, unless <c>routing.http.response.server.enabled</c> is false.</param>
/// <param name="TlsVersion"><c>routing.http.request.x_amzn_tls_version.header_name</c>.</param>
/// <param name="TlsCipherSuite"><c>routing.http.request.x_amzn_tls_cipher_suite.header_name</c>.</param>
internal sealed record ListenerHeaders(ImmutableArray<KeyValuePair<HeaderName, string>> Inserted, ImmutableArray<KeyValuePair<string, string>> Own, HeaderName TlsVersion, HeaderName TlsCipherSuite)
{
    private static readonly HeaderName StandardVersion = new("X-Amzn-Tls-Version");
    private static readonly HeaderName StandardCipherSuite = new("X-Amzn-Tls-Cipher-Suite");

    private static readonly (string Key, HeaderName Name)[] Insertable =
    [
        ("strict_transport_security", new("Strict-Transport-Security")),
        ("access_control_allow_origin", new("Access-Control-Allow-Origin")),
        ("access_control_allow_methods", new("Access-Control-Allow-Methods")),
        ("access_control_allow_headers", new("Access-Control-Allow-Headers")),
        ("access_control_allow_credentials", new("Access-Control-Allow-Credentials")),
        ("access_control_expose_headers", new("Access-Control-Expose-Headers")),
        ("access_control_max_age", new("Access-Control-Max-Age")),
        ("content_security_policy", new("Content-Security-Policy")),
        ("x_content_type_options", new("X-Content-Type-Options")),
        ("x_frame_options", new("X-Frame-Options")),
    ];

    /// <summary>Those of a listener without attributes.</summary>
    internal static ListenerHeaders Standard { get; } = Of(new Dictionary<string, string>());

    /// <summary>Reads attributes, whose values the doorway has checked; an empty value is none.</summary>
    internal static ListenerHeaders Of(IReadOnlyDictionary<string, string> written) => new(
        [.. Insertable.Select(h => KeyValuePair.Create(h.Name, written.GetValueOrDefault($"routing.http.response.{h.Key}.header_value") ?? "")).Where(h => h.Value.Length > 0)],
        written.Flag("routing.http.response.server.enabled", true) ? [new("Server", "awselb/2.0")] : [],
        Name(written, "x_amzn_tls_version") ?? StandardVersion,
        Name(written, "x_amzn_tls_cipher_suite") ?? StandardCipherSuite);

    private static HeaderName? Name(IReadOnlyDictionary<string, string> written, string key) =>
        written.TryGetValue($"routing.http.request.{key}.header_name", out var name) ? new HeaderName(name) : null;
}
