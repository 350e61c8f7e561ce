using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Tokens at an HTTPS listener, from keys on the wire to what the journey tells.</summary>
public sealed class JwtListenerTests : IAsyncDisposable
{
    private const string Path = "/private";
    private readonly Issuer issuer = new();
    private readonly KeyServer server;

    public JwtListenerTests() => server = new KeyServer(Issuer.Set(issuer.Entry()));

    [Fact]
    public async Task A_valid_token_goes_on_to_the_target_unchanged_and_is_verified_once()
    {
        await using var rig = await RunAsync();
        await using var target = Target(rig);
        var token = issuer.Token();
        for (var i = 0; i < 3; i++)
        {
            var (status, seen, _) = await AskAsync(rig, $"Bearer {token}");
            Assert.Equal(200, status);
            Assert.Contains($"Authorization: Bearer {token}\r\n", seen, StringComparison.OrdinalIgnoreCase);
        }

        await rig.Journal.RequestAsync(3);
        var account = Told(rig.Journal.Requests[0]);
        Assert.Equal(("valid", "k1", null), ($"{account.Facts["jwt"]}", $"{account.Facts["jwtKeyId"]}", account.Outcome));
        Assert.Contains(account.Reasons, r => r is { Candidate: "jwt-validation", Chosen: true } && r.Why.Contains("signature verified by key k1", StringComparison.Ordinal));
        Assert.Contains("token valid → target group web", account.Decision, StringComparison.Ordinal);
        Assert.Contains("for an earlier request with the same token", string.Join('\n', Told(await rig.Journal.RequestAsync(3)).Reasons), StringComparison.Ordinal);
        Assert.Equal(1, server.Fetches);
        Assert.Equal("jwt-validation,forward", Log(rig.Journal.Requests[0]).ActionsExecuted);
        Assert.Null(Log(rig.Journal.Requests[0]).ErrorReason);
    }

    public static TheoryData<string, string, string, string?> Refused => new()
    {
        { "nothing", "jwt-missing", "JWTHeaderNotPresent", null },
        { "basic", "jwt-malformed", "JWTRequestFormatInvalid", null },
        { "empty", "jwt-malformed", "JWTRequestFormatInvalid", null },
        { "none", "jwt-algorithm", "JWTSignatureValidationError", null },
        { "hs256", "jwt-algorithm", "JWTSignatureValidationError", null },
        { "stranger", "jwt-signature", "JWTSignatureValidationError", null },
        { "embedded key", "jwt-signature", "JWTSignatureValidationError", null },
        { "changed", "jwt-signature", "JWTSignatureValidationError", null },
        { "twice", "jwt-malformed", "JWTRequestFormatInvalid", null },
        { "expired", "jwt-expired", "JWTClaimValueInvalid", "exp" },
        { "no exp", "jwt-claim-missing", "JWTClaimNotPresent", "exp" },
        { "issuer", "jwt-claim-value", "JWTClaimValueInvalid", "iss" },
        { "audience", "jwt-claim-format", "JWTClaimFormatInvalid", "aud" },
        { "later", "jwt-not-yet-valid", "JWTClaimValueInvalid", "nbf" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_refused_and_what_is_told(string what, string code, string reason, string? claim)
    {
        await using var rig = await RunAsync(new JwtClaim("aud", "string-array", ["api"]));
        await using var target = Target(rig);
        const string secret = "c0nfidential";
        using var stranger = new Issuer();
        var aud = $", \"aud\": [\"api\"], \"sub\": \"{secret}\"";
        var good = issuer.Token(aud);
        var header = what switch
        {
            "nothing" => null,
            "basic" => "Basic dXNlcjpwYXNz",
            "empty" => "Bearer",
            "none" => $"Bearer {Issuer.Part("""{"alg": "none"}""")}.{good.Split('.')[1]}.AA",
            "hs256" => $"Bearer {WithPublicKeyAsSecret(good.Split('.')[1])}",
            "stranger" => $"Bearer {stranger.Token(aud)}",
            "embedded key" => $"Bearer {stranger.Token(aud, header: $$"""{"alg": "RS256", "kid": "k1", "jwk": {{stranger.Entry()}}, "jku": "https://127.0.0.1:1/"}""")}",
            "changed" => $"Bearer {good.Split('.')[0]}.{Issuer.Part($$"""{"iss": "{{Issuer.Name}}", "exp": {{Issuer.In(9999)}}{{aud}}}""")}.{good.Split('.')[2]}",
            "twice" => $"Bearer {issuer.Token(claims: $$"""{"iss": "{{Issuer.Name}}", "exp": {{Issuer.In(9)}}, "exp": {{Issuer.In(99)}}{{aud}}}""")}",
            "expired" => $"Bearer {issuer.Token(claims: $$"""{"iss": "{{Issuer.Name}}", "exp": {{Issuer.In(-1)}}{{aud}}}""")}",
            "no exp" => $"Bearer {issuer.Token(claims: $$"""{"iss": "{{Issuer.Name}}"{{aud}}}""")}",
            "issuer" => $"Bearer {issuer.Token(claims: $$"""{"iss": "{{secret}}", "exp": {{Issuer.In(99)}}{{aud}}}""")}",
            "audience" => $"Bearer {issuer.Token($", \"aud\": \"{secret}\"")}",
            _ => $"bearer {issuer.Token(aud + $", \"nbf\": {Issuer.In(100)}")}",
        };

        var (status, seen, challenge) = await AskAsync(rig, header);

        Assert.Equal((401, null), (status, seen));
        Assert.Equal(what == "nothing" ? "Bearer" : "Bearer error=\"invalid_token\"", challenge);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((401, true, $"load-balancer.401.{code}"), (record.Status, record.AnsweredHere, record.Outcome));
        Assert.Equal((reason, "jwt-validation", null), (Log(record).ErrorReason, Log(record).ActionsExecuted, Log(record).TargetEndPoint));
        var account = Told(record);
        Assert.Equal((code, claim, record.Outcome), ($"{account.Facts["jwt"]}", account.Facts["jwtClaim"]?.ToString(), account.Outcome));

        // Explain says the same, and neither tells the token or what it says.
        var step = rig.Step.Take(rig.Seam.Generations.Current, new()
        {
            Request = Ask.For($"GET https://a.example.com{Path}{(header is null ? "" : $" | Authorization: {header}")}"), Address = rig.Https, Secured = true,
        })!;
        var explained = step.Decisions.Single().Tell().Single();
        Assert.Equal((401, record.Outcome, account.Decision), (step.Status, explained.Outcome, explained.Decision));
        Assert.Equal(((IProblemTeller)record.Decision!).Problem, step.Problem);
        var told = $"{account.Decision} {account.Facts} {string.Join(' ', account.Reasons)} {step.Problem}";
        Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        if (header is { Length: > 30 }) Assert.DoesNotContain(header[^20..], told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_known_is_not_fetched_for_every_token()
    {
        await using var rig = await RunAsync();
        await using var target = Target(rig);
        Assert.Equal(200, (await AskAsync(rig, $"Bearer {issuer.Token()}")).Status);
        using var next = new Issuer("k2");

        // Too soon after the last fetch nothing is fetched for it.
        Assert.Equal(401, (await AskAsync(rig, $"Bearer {next.Token()}")).Status);
        Assert.Equal("load-balancer.401.jwt-unknown-key", (await rig.Journal.RequestAsync(2)).Outcome);
        Assert.Equal(1, server.Fetches);
    }

    [Fact]
    public async Task Requests_that_come_before_the_keys_wait_for_them_together()
    {
        server.Gate = new TaskCompletionSource();
        await using var rig = await RunAsync(wait: false);
        await using var target = Target(rig);
        var waiting = Enumerable.Range(0, 10).Select(_ => AskAsync(rig, $"Bearer {issuer.Token()}")).ToList();
        // A rule without a token isn't held up by them.
        Assert.Equal(200, (await AskAsync(rig, null, "/")).Status);
        server.Gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), a => Assert.Equal(200, a.Status));
        Assert.Equal(1, server.Fetches);
    }

    [Fact]
    public async Task Keys_that_can_not_be_fetched_keep_no_road_from_running_and_are_told()
    {
        using var nobody = new Socket(SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endpoint = new Uri($"https://127.0.0.1:{((IPEndPoint)nobody.LocalEndPoint!).Port}/keys");
        await using var rig = await Rig.RunAsync(r => Private(r, endpoint), server);
        await using var target = Target(rig);

        Assert.Equal(500, (await AskAsync(rig, $"Bearer {issuer.Token()}")).Status);
        Assert.Equal(200, (await AskAsync(rig, null, "/")).Status);

        var record = await rig.Journal.RequestAsync();
        Assert.Equal("load-balancer.500.jwks-unavailable", record.Outcome);
        Assert.Contains($"the keys at {endpoint} were never fetched: Connection refused", ((IProblemTeller)record.Decision!).Problem, StringComparison.Ordinal);
        var report = Assert.Single(rig.KeySets.Current);
        Assert.Equal((endpoint.OriginalString, 0, null), (report.Endpoint, report.Keys, report.FetchedAt));
        Assert.Contains("refused", report.Problem, StringComparison.Ordinal);

        // Another road without that rule asks no more.
        await rig.ApplyAsync(rig.Edge().Listener(443, Fixed(200), "HTTPS"));
        Assert.Empty(rig.KeySets.Current);
    }

    [Fact]
    public void Where_no_road_runs_the_signature_counts_as_good_and_that_is_said()
    {
        using var fetch = new KeyFetch(new Generations());
        var check = new TokenCheck(new KeySources(fetch, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<KeySources>.Instance), TimeProvider.System);
        var desk = new Desk(Private(new Edge(), server.Endpoint));
        var step = new LoadBalancerStep(desk.Table, check);

        var good = step.Take(desk.Generation, Asking($"Bearer {issuer.Token()}"))!;
        Assert.NotNull(good.Next);
        Assert.Contains("no road runs that has the issuer's keys", string.Join('\n', good.Decisions.Single().Tell().Single().Reasons), StringComparison.Ordinal);
        Assert.Equal(401, step.Take(desk.Generation, Asking($"Bearer {issuer.Token(claims: "{}")}"))!.Status);

        Model.Road.Traveller Asking(string header) =>
            new() { Request = Ask.For($"GET https://a.example.com{Path} | Authorization: {header}"), Address = desk.Listener.Bound, Secured = true };
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        issuer.Dispose();
    }

    private async Task<Rig> RunAsync(params JwtClaim[] claims) => await RunAsync(wait: true, claims);

    private async Task<Rig> RunAsync(bool wait, params JwtClaim[] claims)
    {
        var rig = await Rig.RunAsync(r => Private(r.Edge(), server.Endpoint, claims), server);
        if (wait) await Limit.UntilAsync(() => rig.KeySets.Current.Single().Keys == 1);
        return rig;
    }

    private static Edge Private(Rig rig, Uri endpoint) => Private(rig.Edge(), endpoint);

    private static Edge Private(Edge edge, Uri endpoint, params JwtClaim[] claims) => edge.Group("web", ["i-0a1"]).Listener(443, Fixed(200), "HTTPS")
        .Rule("private", ListenerArn(443), 1, [Issuer.Validation(endpoint, claims), Forward("web")], If("path-pattern", Path));

    private static Backend Target(Rig rig) => new(
        // It closes after each answer, and says so: who isn't told may reuse the connection, and gets a 502.
        (peer, request, _) => peer.SendAsync($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {request.Length}\r\n\r\n{request}"), rig.Node(1));

    private static async Task<(int Status, string? Seen, string? Challenge)> AskAsync(Rig rig, string? authorization, string path = Path)
    {
        using var client = rig.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://a.example.com{path}");
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.StatusCode == HttpStatusCode.OK ? body : null, response.Headers.WwwAuthenticate.SingleOrDefault()?.ToString());
    }

    /// <summary>What an attacker signs with the public key for a secret, hoping that the key's kind isn't looked at.</summary>
    private string WithPublicKeyAsSecret(string claims)
    {
        var signed = $"{Issuer.Part("""{"alg": "HS256", "kid": "k1"}""")}.{claims}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(issuer.Key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static HopAccount Told(RequestRecord record) => record.Decision!.Tell().Single();

    private static IAccessLogFacts Log(RequestRecord record) => (IAccessLogFacts)record.Decision!;
}
