using System.Collections.Immutable;
using CsCheck;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Certificates.Tests;

public sealed class CertificateHopTests
{
    // default; an exact name; a wildcard; the same wildcard as ECDSA 256 and 384; a name as RSA and as ECDSA; a wildcard that also covers it
    private static readonly Road Many = new Road()
        .Certificate("default", "default.example.com", ["also.example.com"])
        .Certificate("api", "api.example.com")
        .Certificate("wild", "*.example.com")
        .Certificate("wild-256", "*.west.example.com", algorithm: "EC_prime256v1")
        .Certificate("wild-384", "*.west.example.com", algorithm: "EC_secp384r1")
        .Certificate("two-rsa", "two.example.com")
        .Certificate("two-ec", "two.example.com", ["API2.example.com"], algorithm: "EC_prime256v1")
        .Https(443, "default", "api", "wild", "wild-256", "wild-384", "two-rsa", "two-ec")
        .Https(8443, "default")
        .Https(9443, "default", "wild", "default")
        .Listener("HTTP", 80);

    [Theory]
    [InlineData(443, "api.example.com", "api", "Exact", false)]
    [InlineData(443, "API.Example.COM", "api", "Exact", false)]
    [InlineData(443, "www.example.com", "wild", "Wildcard", false)]
    [InlineData(443, "a.b.example.com", "default", "None", true)]      // a wildcard covers one label
    [InlineData(443, "example.com", "default", "None", true)]          // and not the bare domain
    [InlineData(443, ".example.com", "default", "None", true)]
    [InlineData(443, "api2.example.com", "two-ec", "Exact", false)]    // a name in capitals
    [InlineData(443, "two.example.com", "two-ec", "Exact", false)]     // ECDSA over RSA
    [InlineData(443, "x.west.example.com", "wild-384", "Wildcard", false)] // the longest key
    [InlineData(443, null, "default", "None", true)]
    [InlineData(443, "other.org", "default", "None", true)]
    [InlineData(443, "default.example.com", "wild", "Wildcard", false)] // the default is not in the list, so the list's wildcard wins
    [InlineData(9443, "default.example.com", "default", "Exact", false)] // unless it is listed, too
    [InlineData(8443, "default.example.com", "default", "Exact", true)]
    [InlineData(8443, "also.example.com", "default", "Exact", true)]
    [InlineData(8443, "www.example.com", "default", "None", true)]
    public void Chooses(int port, string? sni, string certificate, string cover, bool isDefault)
    {
        var match = Decide(port, sni);

        Assert.Equal(Road.Arn(certificate), match.Certificate!.Arn);
        Assert.Equal(cover, match.Cover.ToString());
        Assert.Equal(isDefault, match.IsDefault);
    }

    [Theory]
    [InlineData(CertificateKeys.Rsa, "two-rsa")]
    [InlineData(CertificateKeys.Ecdsa, "two-ec")]
    [InlineData(CertificateKeys.Any, "two-ec")]
    [InlineData(CertificateKeys.Rsa | CertificateKeys.EcdsaP384, "two-rsa")] // the ECDSA key is on another curve
    [InlineData(CertificateKeys.None, "two-ec")] // none fits, so the best is served and the handshake fails as it does there
    public void Chooses_what_the_client_supports(CertificateKeys accepted, string certificate) =>
        Assert.Equal(Road.Arn(certificate), Decide(443, "two.example.com", accepted).Certificate!.Arn);

    [Theory]
    [InlineData(443, "two.example.com", CertificateKeys.Any, null, null)]
    [InlineData(443, "two.example.com", CertificateKeys.Rsa, null, "RSA")]
    [InlineData(443, "x.west.example.com", CertificateKeys.Rsa, "tls.no-shared-key", "RSA")]
    [InlineData(8443, "default.example.com", CertificateKeys.Ecdsa, "tls.no-shared-key", "ECDSA")]
    [InlineData(443, "x.west.example.com", CertificateKeys.Rsa | CertificateKeys.EcdsaP256, null, "RSA, ECDSA P-256")]
    [InlineData(443, "x.west.example.com", CertificateKeys.None, "tls.no-shared-key", "none")]
    [InlineData(8443, "other.org", CertificateKeys.Ecdsa, "tls.no-shared-key", "ECDSA")] // the handshake fails before any name is looked at
    public void Tells_that_no_certificate_has_a_key_the_client_takes(int port, string sni, CertificateKeys accepted, string? outcome, string? takes)
    {
        var account = new CertificateDecision(Snapshot, Nothing, new CertificateFacts(Road.ListenerArn(port), sni, accepted)).Tell().Single();
        Assert.Equal((outcome is null, outcome, takes), (account.Ok, account.Outcome, (string?)account.Facts["clientTakes"]));
        if (outcome is not null) Assert.Contains("Add one to the listener's spec.certificates", (string?)account.Facts["problem"], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_equals_the_one_valid_longest_wins_then_the_lowest_arn()
    {
        var generation = new Road()
            .Certificate("d", "d.example.com")
            .Certificate("a", "*.example.com").Certificate("b", "*.example.com")
            .Https(443, "d", "a", "b").CompileValid();
        var snapshot = generation.Get<CertificateSnapshot>();
        var (a, b) = (snapshot.Certificates[Road.Arn("a")], snapshot.Certificates[Road.Arn("b")]);
        var facts = new CertificateFacts(Road.ListenerArn(443), "x.example.com");
        var lowest = string.CompareOrdinal(a.Arn, b.Arn) < 0 ? a : b;
        var longest = lowest == a ? b : a;

        Assert.Equal(lowest, CertificateHop.Decide(snapshot, Nothing, facts, new NoReasons()).Certificate);
        var leaves = Nothing.Add(lowest.Leaf, Leaf(100)).Add(longest.Leaf, Leaf(101));
        Assert.Equal(longest, CertificateHop.Decide(snapshot, leaves, facts, new NoReasons()).Certificate);

        static LeafFacts Leaf(int days) => new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(days), "01", "CN=ca", ["CN=x", "CN=ca"]);
    }

    [Fact]
    public void An_http_listener_has_none()
    {
        Assert.Null(Decide(80, "api.example.com").Certificate);
        Assert.Null(Decide(81, "api.example.com").Certificate);
    }

    [Theory]
    [InlineData(443, "two.example.com",
        "- default.example.com RSA_2048 (default): SNI is two.example.com, it has default.example.com, also.example.com",
        "- api.example.com RSA_2048: SNI is two.example.com, it has api.example.com",
        "- *.example.com RSA_2048: *.example.com covers two.example.com, an exact name wins",
        "- *.west.example.com EC_prime256v1: SNI is two.example.com, it has *.west.example.com",
        "- *.west.example.com EC_secp384r1: SNI is two.example.com, it has *.west.example.com",
        "- two.example.com RSA_2048: RSA, and two.example.com has ECDSA, which is preferred",
        "+ two.example.com EC_prime256v1: has the very name two.example.com")]
    [InlineData(9443, "default.example.com",
        "- default.example.com RSA_2048 (default): default.example.com covers default.example.com, but the default is served only when nothing in the certificate list matches",
        "- *.example.com RSA_2048: *.example.com covers default.example.com, an exact name wins",
        "+ default.example.com RSA_2048: has the very name default.example.com")]
    [InlineData(9443, "other.org",
        "+ default.example.com RSA_2048 (default): nothing in the certificate list has other.org, so the default is served, which doesn't have it either",
        "- *.example.com RSA_2048: SNI is other.org, it has *.example.com",
        "- default.example.com RSA_2048: SNI is other.org, it has default.example.com, also.example.com")]
    [InlineData(9443, null,
        "+ default.example.com RSA_2048 (default): the client sent no SNI, so the default is served",
        "- *.example.com RSA_2048: the client sent no SNI, so only the default is considered",
        "- default.example.com RSA_2048: the client sent no SNI, so only the default is considered")]
    [InlineData(80, null, "- edge HTTP:80: an HTTP listener speaks no TLS")]
    public void Says_why_each_won_or_lost(int port, string? sni, params string[] expected)
    {
        var reasons = new ReasonList();
        CertificateHop.Decide(Snapshot, Nothing, new CertificateFacts(Road.ListenerArn(port), sni), reasons);

        Assert.Equal(expected, reasons.All.Select(r => $"{(r.Chosen ? '+' : '-')} {r.Candidate}: {r.Why}"));
    }

    /// <summary>Whatever the names: what is chosen from the list covers the name; the default is chosen only if nothing in the list does.</summary>
    [Fact]
    public void The_choice_covers_the_name_whenever_one_does()
    {
        var label = Gen.OneOf("a", "b", "*", "x-1");
        var name = Gen.Select(label, Gen.OneOf("example.com", "b.example.com", "a.b.example.com"), (l, d) => $"{l}.{d}");
        var algorithm = Gen.OneOf("RSA_2048", "EC_prime256v1", "EC_secp384r1");
        var certificates = Gen.Select(name, Gen.Select(name, name), algorithm).Array[1, 6];
        Gen.Select(certificates, Gen.Select(Gen.OneOf("a", "b", "x-1"), Gen.OneOf("example.com", "b.example.com"), (l, d) => $"{l}.{d}"))
            .Sample((written, sni) =>
            {
                var road = new Road();
                for (var i = 0; i < written.Length; i++) road.Certificate($"c{i}", written[i].Item1, [written[i].Item2.Item1, written[i].Item2.Item2], written[i].Item3);
                road.Https(443, [.. written.Select((_, i) => $"c{i}")]);
                var match = CertificateHop.Decide(road.CompileValid().Get<CertificateSnapshot>(), Nothing, new CertificateFacts(Road.ListenerArn(443), sni), new NoReasons());

                var covers = written.Skip(1).Where(c => new[] { c.Item1, c.Item2.Item1, c.Item2.Item2 }.Any(n => OracleCovers(n, sni))).ToList();
                var exact = written.Skip(1).Any(c => new[] { c.Item1, c.Item2.Item1, c.Item2.Item2 }.Contains(sni));
                return match.IsDefault == (covers.Count == 0) && (match.IsDefault || match.Cover == (exact ? Cover.Exact : Cover.Wildcard));
            }, iter: 300);

        // RFC 6125 section 6.4.3, written independently: label by label.
        static bool OracleCovers(string pattern, string name)
        {
            string[] p = pattern.Split('.'), n = name.Split('.');
            return p.Length == n.Length && p.Zip(n).Select((pair, i) => pair.First == pair.Second || (i == 0 && pair.First == "*")).All(same => same);
        }
    }

    private static ImmutableDictionary<LeafKey, LeafFacts> Nothing => ImmutableDictionary<LeafKey, LeafFacts>.Empty;

    private static CertificateSnapshot Snapshot { get; } = Many.CompileValid().Get<CertificateSnapshot>();

    private static CertificateMatch Decide(int port, string? sni, CertificateKeys accepted = CertificateKeys.Any) =>
        CertificateHop.Decide(Snapshot, Nothing, new CertificateFacts(Road.ListenerArn(port), sni, accepted), new NoReasons());
}
