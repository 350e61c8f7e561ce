using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Certificates.Tests;

[Trait("user", "matters")]
public sealed class CertificateCarrierTests
{
    [Theory]
    [InlineData("RSA_2048", "Public-Key: (2048 bit)", "Digital Signature, Key Encipherment")]
    [InlineData("EC_prime256v1", "ASN1 OID: prime256v1", "Digital Signature")]
    [InlineData("EC_secp384r1", "ASN1 OID: secp384r1", "Digital Signature")]
    public async Task Issues_what_openssl_verifies(string algorithm, string key, string usage)
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        var generation = new Road().Certificate("c", "api.example.com", ["*.Example.com", "api.example.com"], algorithm).Https(443, "c").CompileValid();
        await hop.Run(generation);

        var path = folder.Export("c");
        string[] verify = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", hop.Authority.CertificatePath];
        Assert.Equal(0, (await OpenSsl.Run([.. verify, "-verify_hostname", "api.example.com", path])).Code);
        Assert.Equal(0, (await OpenSsl.Run([.. verify, "-verify_hostname", "any.example.com", path])).Code);
        Assert.NotEqual(0, (await OpenSsl.Run([.. verify, "-verify_hostname", "a.b.example.com", path])).Code);
        Assert.NotEqual(0, (await OpenSsl.Run("verify", "-no-CAfile", "-no-CApath", path)).Code);

        var text = await OpenSsl.Text(path);
        foreach (var expected in new[]
        {
            "Subject: CN=api.example.com", "Issuer: CN=Usher local CA", key, "DNS:api.example.com, DNS:*.example.com", "TLS Web Server Authentication",
            "CA:FALSE", "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier", "Signature Algorithm: ecdsa-with-SHA256",
        })
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }

        Assert.Equal(usage, text.Split('\n').SkipWhile(l => !l.Contains("X509v3 Key Usage", StringComparison.Ordinal)).ElementAt(1).Trim());
        using var certificate = X509Certificate2.CreateFromPemFile(path);
        Assert.InRange((certificate.NotAfter - DateTime.UnixEpoch).TotalDays - (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays, 197, 198.5);

        var facts = hop.Choose(generation, "api.example.com").Decision.Tell().Single().Facts;
        Assert.Equal(certificate.SerialNumber, (string?)facts["serial"]);
        Assert.Equal("CN=Usher local CA", (string?)facts["issuer"]);
        Assert.Equal("""["CN=api.example.com","CN=Usher local CA"]""", facts["chain"]!.ToJsonString());
        Assert.Equal(certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null), (string?)facts["notAfter"]);
    }

    [Fact]
    public async Task A_restart_serves_the_same()
    {
        using var folder = new StateFolder();
        var generation = One();
        string? before;
        using (var first = folder.Start())
        {
            await first.Run(generation);
            before = first.Serial(generation, "api.example.com");
        }

        using var second = folder.Start();
        await second.Run(generation);
        Assert.NotNull(before);
        Assert.Equal(before, second.Serial(generation, "api.example.com"));
        Assert.Empty(second.Log.All);
    }

    [Theory]
    [InlineData("names", "its names have changed")]
    [InlineData("domain name", "its names have changed")]
    [InlineData("algorithm", "its key algorithm has changed")]
    [InlineData("authority", "another CA signed it")]
    [InlineData("age", "it is due for renewal")]
    [InlineData("half", "can't be used")]
    [InlineData("no key", "can't be used")]
    [InlineData("another key", "can't be used")]
    public async Task What_no_longer_fits_is_issued_again_after_a_restart(string change, string why)
    {
        using var folder = new StateFolder();
        var time = new FakeTimeProvider();
        string? before;
        using (var first = folder.Start(time))
        {
            await first.Run(One());
            before = first.Serial(One(), "api.example.com");
        }

        var text = folder.Stored("c")!;
        var keyAt = text.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal);
        var next = One();
        switch (change)
        {
            case "names": next = new Road().Certificate("c", "api.example.com", ["b.example.com"], "EC_prime256v1").Https(443, "c").CompileValid(); break;
            case "domain name": next = new Road().Certificate("c", "b.example.com", ["api.example.com"], "EC_prime256v1").Https(443, "c").CompileValid(); break;
            case "algorithm": next = One("EC_secp384r1"); break;
            case "authority": folder.Open().Write(new StateBatch().Remove("ca", "authority")); break;
            case "age": time.Advance(TimeSpan.FromDays(198 - 45)); break;
            case "half": folder.Store("certificates", Road.Arn("c"), text[..200]); break;
            case "no key": folder.Store("certificates", Road.Arn("c"), text[..keyAt]); break;
            default:
                using (var other = ECDsa.Create(ECCurve.NamedCurves.nistP256)) folder.Store("certificates", Road.Arn("c"), text[..keyAt] + other.ExportPkcs8PrivateKeyPem());
                break;
        }

        using var second = folder.Start(time);
        await second.Run(next);

        var after = second.Serial(next, "api.example.com");
        Assert.NotNull(after);
        Assert.NotEqual(before, after);
        Assert.Contains(second.Log.All, line => line.Contains(why, StringComparison.Ordinal));
        Assert.Equal(why == "can't be used", folder.Stored("c", ".damaged-1") is not null);
        using var stored = X509Certificate2.CreateFromPem(folder.Stored("c"));
        Assert.Equal(after, stored.SerialNumber);
    }

    [Fact]
    public async Task One_day_before_it_is_due_it_is_kept()
    {
        using var folder = new StateFolder();
        var time = new FakeTimeProvider();
        using var first = folder.Start(time);
        await first.Run(One());
        time.Advance(TimeSpan.FromDays(198 - 46));
        using var second = folder.Start(time);
        await second.Run(One());
        Assert.Equal(first.Serial(One(), "api.example.com"), second.Serial(One(), "api.example.com"));
    }

    [Fact]
    public async Task While_it_runs_it_renews_45_days_before_the_end()
    {
        using var folder = new StateFolder();
        var time = new FakeTimeProvider();
        using var hop = folder.Start(time);
        var generation = One();
        await hop.Run(generation);
        var first = hop.Serial(generation, "api.example.com");

        time.Advance(TimeSpan.FromDays(152));
        Assert.Equal(first, hop.Serial(generation, "api.example.com"));
        time.Advance(TimeSpan.FromDays(2));

        var renewed = hop.Serial(generation, "api.example.com");
        Assert.NotEqual(first, renewed);
        Assert.NotNull(hop.Choose(generation, "api.example.com").Context);
        using var stored = X509Certificate2.CreateFromPem(folder.Stored("c"));
        Assert.Equal(renewed, stored.SerialNumber);

        await hop.Carrier.StopAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromDays(190));
        Assert.Equal(renewed, hop.Serial(generation, "api.example.com"));
    }

    [Fact]
    public async Task The_running_generation_is_served_until_and_across_the_commit()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        var one = One();
        await hop.Run(one);
        var old = hop.Serial(one, "api.example.com");
        var two = new Road().Certificate("c", "api.example.com", ["b.example.com"], "EC_prime256v1").Https(443, "c").CompileValid(2);
        await using (var change = await hop.Prepare(two))
        {
            Assert.Equal(old, hop.Serial(one, "api.example.com"));
            Assert.NotNull(hop.Choose(two, "b.example.com").Context);
            await change.CommitAsync(TestContext.Current.CancellationToken);
        }

        // A handshake that began under the old generation still gets its certificate; after the next change it is gone.
        Assert.NotNull(hop.Choose(one, "api.example.com").Context);
        await hop.Run(two);
        Assert.Null(hop.Choose(one, "api.example.com").Context);
        Assert.NotNull(hop.Choose(two, "b.example.com").Context);
    }

    [Fact]
    public async Task Without_a_commit_nothing_is_left_of_it()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        await hop.Run(One());
        var stored = folder.Stored("c");
        var two = new Road().Certificate("c", "api.example.com", algorithm: "EC_secp384r1").Certificate("d", "d.example.com", algorithm: "EC_prime256v1")
            .Https(443, "c", "d").CompileValid(2);
        await using (await hop.Prepare(two)) Assert.NotNull(hop.Choose(two, "d.example.com").Context);

        Assert.Null(hop.Choose(two, "d.example.com").Context);
        Assert.NotNull(hop.Choose(One(), "api.example.com").Context);
        Assert.Equal(stored, folder.Stored("c"));
        Assert.Null(folder.Stored("d"));
    }

    [Fact]
    public async Task Only_what_a_listener_serves_gets_a_key()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        await hop.Run(new Road().Certificate("unused", "x.example.com").CompileValid());
        Assert.False(Directory.Exists(Path.Combine(folder.Root, "state")));

        await hop.Run(new Road().Certificate("unused", "x.example.com").Certificate("c", "api.example.com", algorithm: "EC_prime256v1").Https(443, "c").CompileValid(2));
        Assert.Equal([Road.Arn("c")], folder.Arns);
    }

    [Fact]
    public async Task An_unusable_state_folder_is_an_error_with_the_way_out()
    {
        using var folder = new StateFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "state"), "a file", TestContext.Current.CancellationToken);
        using var hop = folder.Start();
        var errors = new ErrorList();
        await using var change = await hop.Prepare(One(), errors);

        Assert.Contains("--state", Assert.Single(errors.All).Message, StringComparison.Ordinal);
        Assert.Null(hop.Choose(One(), "api.example.com").Context);
    }

    [Fact]
    public async Task What_cant_be_read_is_an_error_at_its_certificate()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start(store: new FailingStore(folder.Open(), unreadable: "certificates"));
        var errors = new ErrorList();
        await using var change = await hop.Prepare(One(), errors);

        var error = Assert.Single(errors.All);
        Assert.Equal(("Certificate shop/c", "what was issued before can't be read: the disk is bad"), (error.Object, error.Message));
    }

    [Fact]
    public async Task A_ca_that_cant_be_read_is_an_error()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start(store: new FailingStore(folder.Open(), unreadable: "ca"));
        var errors = new ErrorList();
        await using var change = await hop.Prepare(One(), errors);

        Assert.Equal("the private CA can't be opened: the disk is bad", Assert.Single(errors.All).Message);
    }

    [Fact]
    public async Task What_cant_be_stored_is_served_all_the_same_and_said()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start(store: new FailingStore(folder.Open(), unwritable: "certificates"));
        await hop.Run(One());

        Assert.NotNull(hop.Choose(One(), "api.example.com").Context);
        Assert.Equal(
            "Warning: The certificates CN=api.example.com could not be stored: the disk is full. They are served all the same, and issued again after a restart",
            Assert.Single(hop.Log.All));
        Assert.Empty(folder.Arns);
    }

    [Fact]
    public async Task Many_are_issued_at_once()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        var road = new Road();
        for (var i = 0; i < 40; i++) road.Certificate($"c{i}", $"c{i}.example.com", algorithm: "EC_prime256v1");
        var generation = road.Https(443, [.. Enumerable.Range(0, 40).Select(i => $"c{i}")]).CompileValid();
        await hop.Run(generation);

        Assert.Equal(40, Enumerable.Range(0, 40).Select(i => hop.Serial(generation, $"c{i}.example.com")).OfType<string>().Distinct().Count());
        Assert.Equal(40, folder.Arns.Count);
    }

    private static Generation One(string algorithm = "EC_prime256v1") =>
        new Road().Certificate("c", "api.example.com", algorithm: algorithm).Https(443, "c").CompileValid();
}
