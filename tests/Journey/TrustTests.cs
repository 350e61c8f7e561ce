using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Journey.Tests;

/// <summary><c>usher ca trust</c> with the real certutil, update-ca-certificates and Chromium, in a home and a system of its own.</summary>
[Trait("user", "matters")]
public sealed class TrustTests(SampleRoad sample)
{
    [Fact]
    public async Task A_browser_that_trusts_the_ca_opens_the_roads_page()
    {
        var road = await sample.RunsAsync();
        using var home = Manifests.Empty();

        var before = await DumpAsync(road, home);
        Assert.DoesNotContain("<title>Shop", before.Output, StringComparison.Ordinal);
        await road.UntilAsync("the refused handshake is listed", () => road.ApiAsync("/api/journeys?failed=true&limit=1000").Result.EnumerateArray()
            .Any(j => j.Text("outcome") == "tls.client-refused" && j.Text("url") == "https://api.example.com"));

        var trust = await TrustAsync(home, road.State, "--only", "browsers");
        Assert.True(trust.ExitCode == 0, trust.ToString());
        // The database that Chromium had made when it ran before.
        Assert.Contains($"✓ {home.Path}/.local/share/pki/nssdb: trusts \"Usher local CA ({Id(road)})\"", trust.Output, StringComparison.Ordinal);
        var after = await DumpAsync(road, home);
        Assert.True(after.Output.Contains("<title>Shop", StringComparison.Ordinal), after.ToString());

        // Where it never ran, one is made that it will find.
        using var other = Manifests.Empty();
        Assert.Contains($"✓ {other.Path}/.pki/nssdb", (await TrustAsync(other, road.State, "--only", "browsers")).Output, StringComparison.Ordinal);
        after = await DumpAsync(road, other);
        Assert.True(after.Output.Contains("<title>Shop", StringComparison.Ordinal), after.ToString());
    }

    [Fact]
    public async Task Browsers_databases_are_found_changed_once_and_changed_back()
    {
        var road = await sample.RunsAsync();
        using var home = Manifests.Empty();
        var profile = home.FileOf(".mozilla/firefox/abc.default");
        Directory.CreateDirectory(profile);
        Assert.Equal(0, (await Tool.RunAsync("certutil", "-N", "-d", $"sql:{profile}", "--empty-password")).ExitCode);

        var dry = await TrustAsync(home, road.State, "--only", "browsers", "--dry-run");
        Assert.Equal(0, dry.ExitCode);
        Assert.Equal(2, dry.Output.Split('\n').Count(l => l.StartsWith("→ ", StringComparison.Ordinal)));
        Assert.False(Directory.Exists(home.FileOf(".pki")));

        foreach (var sign in new[] { "✓", "·" })
        {
            var trust = await TrustAsync(home, road.State, "--only", "browsers");
            Assert.True(trust.ExitCode == 0, trust.ToString());
            Assert.Equal([$"{sign} {home.Path}/.pki/nssdb", $"{sign} {profile}"], trust.Output.TrimEnd().Split('\n').Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]));
        }

        Assert.Matches($@"Usher local CA \({Id(road)}\) +C,,", (await Tool.RunAsync("certutil", "-L", "-d", $"sql:{profile}")).Output);
        foreach (var sign in new[] { "✓", "·" })
        {
            var remove = await TrustAsync(home, road.State, "--only", "browsers", "--remove");
            Assert.True(remove.ExitCode == 0, remove.ToString());
            Assert.All(remove.Output.TrimEnd().Split('\n'), l => Assert.StartsWith(sign, l, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("Usher", (await Tool.RunAsync("certutil", "-L", "-d", $"sql:{profile}")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_systems_store_gets_it_and_openssl_finds_it_there()
    {
        var road = await sample.RunsAsync();
        using var system = Manifests.Empty();
        foreach (var folder in (string[])["usr/local/share/ca-certificates", "usr/share/ca-certificates", "etc/ssl/certs", "etc/ca-certificates/update.d"]) Directory.CreateDirectory(system.FileOf(folder));
        system.Write("etc/ca-certificates.conf", "");

        foreach (var sign in new[] { "✓", "·" })
        {
            var trust = await TrustAsync(system, road.State, "--only", "system", "--root", system.Path);
            Assert.True(trust.ExitCode == 0, trust.ToString());
            Assert.StartsWith($"{sign} system store ({system.Path}/usr/local/share/ca-certificates): ", trust.Output, StringComparison.Ordinal);
        }

        var bundle = await File.ReadAllTextAsync(system.FileOf("etc/ssl/certs/ca-certificates.crt"), TestContext.Current.CancellationToken);
        Assert.Contains((await File.ReadAllTextAsync(road.CaCertificate, TestContext.Current.CancellationToken)).Trim(), bundle, StringComparison.Ordinal);
        var curl = await Tool.RunAsync("curl", "-sS", "--cacert", system.FileOf("etc/ssl/certs/ca-certificates.crt"), "--connect-to", $":443:{road.Https}", "-o", "/dev/null", "-w", "%{http_code}", "https://api.example.com/v1/users");
        Assert.Equal("200", curl.Output);

        var remove = await TrustAsync(system, road.State, "--only", "system", "--root", system.Path, "--remove");
        Assert.True(remove.ExitCode == 0, remove.ToString());
        Assert.Empty(Directory.GetFiles(system.FileOf("usr/local/share/ca-certificates")));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(system.FileOf("etc/ssl/certs")), f => Path.GetFileName(f).Contains("usher", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_it_cant_do_it_says_with_the_command_that_can()
    {
        var road = await sample.RunsAsync();
        using var system = Manifests.Empty();
        Directory.CreateDirectory(system.FileOf("usr/local/share/ca-certificates"));
        // A folder in the file's place stops root too.
        Directory.CreateDirectory(system.FileOf($"usr/local/share/ca-certificates/usher-local-ca-{Id(road).ToLowerInvariant()}.crt"));

        var trust = await TrustAsync(system, road.State, "--only", "system", "--root", system.Path);

        Assert.Equal(1, trust.ExitCode);
        Assert.StartsWith("✗ system store", trust.Output, StringComparison.Ordinal);
        Assert.Contains($"sudo install -m 0644 {road.CaCertificate} ", trust.Output, StringComparison.Ordinal);
        Assert.Contains("sudo update-ca-certificates", trust.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_ca_there_is_nothing_to_trust()
    {
        using var empty = Manifests.Empty();
        var trust = await TrustAsync(empty, empty.FileOf("state"));
        Assert.Equal(6, trust.ExitCode);
        Assert.Contains("there is no CA in", trust.Error, StringComparison.Ordinal);
    }

    /// <summary>The page as Chromium shows it, with this home and no switch that makes it trust anything.</summary>
    private static Task<Ended> DumpAsync(RunningRoad road, Manifests home) => Tool.RunAsync(Tool.Start(
        "chromium",
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", $"--user-data-dir={home.FileOf("profile")}",
            $"--host-resolver-rules=MAP api.example.com:443 {road.Https}", "--virtual-time-budget=3000", "--dump-dom", "https://api.example.com/",
        ],
        ("HOME", home.Path), ("XDG_DATA_HOME", home.FileOf(".local/share")), ("XDG_CONFIG_HOME", home.FileOf(".config"))));

    private static Task<Ended> TrustAsync(Manifests home, string state, params string[] arguments) =>
        Tool.RunAsync(Tool.Start("dotnet", [Tool.Usher, "ca", "trust", "--state", state, .. arguments], ("HOME", home.Path), ("DOTNET_CLI_HOME", home.Path)));

    private static string Id(RunningRoad road)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(road.CaCertificate);
        return Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256))[..8];
    }
}
