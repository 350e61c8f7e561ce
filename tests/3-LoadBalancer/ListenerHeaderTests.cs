using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>A listener's attributes that change headers, met with curl.</summary>
public sealed class ListenerHeaderTests
{
    private const string Response = "routing.http.response.";

    private static readonly (string, string)[] Inserting =
    [
        ($"{Response}strict_transport_security.header_value", "max-age=31536000; includeSubDomains"),
        ($"{Response}x_content_type_options.header_value", "nosniff"),
        ($"{Response}x_frame_options.header_value", "DENY"),
        ($"{Response}access_control_allow_origin.header_value", ""),
    ];

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Headers_are_put_on_a_targets_response_in_the_place_of_its_own(string version)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(443, Forward("web"), "HTTPS", Inserting));
        await using var target = Backend.Answering("HTTP/1.1 200 OK\r\nX-Frame-Options: SAMEORIGIN\r\nAccess-Control-Allow-Origin: *\r\nServer: mine\r\nContent-Length: 0\r\n\r\n", rig.Node(1));

        var headers = await HeadersAsync(rig, version);

        Assert.Equal(["max-age=31536000; includeSubDomains"], headers["strict-transport-security"]);
        Assert.Equal(["nosniff"], headers["x-content-type-options"]);
        Assert.Equal(["DENY"], headers["x-frame-options"]);
        // An empty value changes nothing.
        Assert.Equal(["*"], headers["access-control-allow-origin"]);
        Assert.Equal(["mine"], headers["server"]);
        var changes = (await rig.Journal.RequestAsync()).ResponseChanges;
        Assert.Equal("DENY", changes.ValueOf("X-Frame-Options"));
        Assert.Contains("Strict-Transport-Security", changes.Added.Keys);
    }

    [Theory]
    [InlineData("--http1.1", "https")]
    [InlineData("--http2", "https")]
    [InlineData("--http1.1", "http")] // refused before any rule
    public async Task And_on_the_load_balancers_own_which_can_keep_its_name_to_itself(string version, string scheme)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(404), "HTTPS", [.. Inserting, ($"{Response}server.enabled", "false")]));

        var headers = await HeadersAsync(rig, version, scheme);

        Assert.Equal(["DENY"], headers["x-frame-options"]);
        Assert.Equal(["max-age=31536000; includeSubDomains"], headers["strict-transport-security"]);
        Assert.Empty(headers["server"]);
        Assert.Empty(headers["access-control-allow-origin"]);
    }

    [Fact]
    public async Task A_listener_without_attributes_names_its_load_balancer_and_inserts_nothing()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(404), "HTTPS"));

        var headers = await HeadersAsync(rig, "--http1.1");

        Assert.Equal(["awselb/2.0"], headers["server"]);
        Assert.Empty(headers["strict-transport-security"]);
    }

    [Fact]
    public async Task What_tells_a_target_of_TLS_can_have_other_names()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "true")).Group("web", ["i-0a1"]).Listener(
            443, Forward("web"), "HTTPS",
            ("routing.http.request.x_amzn_tls_version.header_name", "X-Tls"), ("routing.http.request.x_amzn_tls_cipher_suite.header_name", "X-Suite")));
        await using var target = Backend.Saying("ok", rig.Node(1));

        await HeadersAsync(rig, "--http1.1");

        var seen = await target.RequestAsync();
        Assert.Matches("\r\nX-Tls: TLSv1.3\r\nX-Suite: TLS_AES_[0-9A-Z_]+\r\n", seen);
        Assert.DoesNotContain("X-Amzn-Tls", seen, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The headers of an answer by their names in lower case.</summary>
    private static async Task<ILookup<string, string>> HeadersAsync(Rig rig, string version, string scheme = "https")
    {
        var (code, output) = await Run.ProgramAsync(
            "curl", "-sk", "-o", "/dev/null", "-D", "-", version, "--resolve", $"a.example.com:8443:{rig.Address}", $"{scheme}://a.example.com:8443/");
        Assert.Equal(0, code);
        return output.Split("\r\n").Where(l => l.Contains(": ", StringComparison.Ordinal)).ToLookup(l => l.Split(": ")[0].ToLowerInvariant(), l => l.Split(": ", 2)[1]);
    }
}
