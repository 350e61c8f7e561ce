using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;

namespace Usher.Certificates.Tests;

[Trait("user", "matters")]
public sealed class CertificateAuthorityTests
{
    [Fact]
    public async Task Is_made_when_first_asked_for_and_readable_by_its_owner_only()
    {
        using var folder = new StateFolder();
        var authority = folder.Authority();
        Assert.False(Directory.Exists(folder.Options.StateDirectory));

        var pem = authority.CertificatePem;

        Assert.Equal(pem, await File.ReadAllTextAsync(authority.CertificatePath, TestContext.Current.CancellationToken));
        Assert.Equal(Path.Combine(folder.Ca, "ca.pem"), authority.CertificatePath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Ca));
        foreach (var file in Directory.GetFiles(folder.Options.StateDirectory)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal([authority.CertificatePath], Directory.GetFiles(folder.Ca));

        var text = await OpenSsl.Text(authority.CertificatePath);
        Assert.Contains("Subject: CN=Usher local CA", text, StringComparison.Ordinal);
        Assert.Contains("Issuer: CN=Usher local CA", text, StringComparison.Ordinal);
        Assert.Contains("ASN1 OID: prime256v1", text, StringComparison.Ordinal);
        Assert.Contains("CA:TRUE, pathlen:0", text, StringComparison.Ordinal);
        Assert.Contains("Certificate Sign, CRL Sign", text, StringComparison.Ordinal);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        Assert.InRange((certificate.NotAfter - certificate.NotBefore).TotalDays, 3652, 3654);
        Assert.Equal(0, (await OpenSsl.Run("verify", "-x509_strict", "-CAfile", authority.CertificatePath, authority.CertificatePath)).Code);
        var key = Path.Combine(folder.Root, "key.pem");
        await File.WriteAllTextAsync(key, folder.StoredAuthority(), TestContext.Current.CancellationToken);
        Assert.Contains("Key is valid", (await OpenSsl.Run("pkey", "-in", key, "-noout", "-check")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_the_same_after_a_restart()
    {
        using var folder = new StateFolder();
        Assert.Equal(folder.Authority().CertificatePem, folder.Authority().CertificatePem);
    }

    [Fact]
    public async Task Many_that_start_at_once_end_with_one()
    {
        using var folder = new StateFolder();
        using var together = new Barrier(8);
        // Each has a store of its own, as a process of its own would: threads, so that all of them stand at the barrier.
        var pems = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var authority = folder.Authority();
                together.SignalAndWait();
                return authority.CertificatePem;
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Single(pems.Distinct());
        Assert.Equal(pems[0], folder.Authority().CertificatePem);
        Assert.Equal(pems[0], await File.ReadAllTextAsync(folder.Authority().CertificatePath, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("nothing", "its key is not whole")]
    [InlineData("half a certificate", "its certificate is not whole")]
    [InlineData("half a key", "its key is not whole")]
    [InlineData("no certificate", "its certificate is not whole")]
    [InlineData("no key", "its key is not whole")]
    [InlineData("another key", "its key is not that of its certificate")]
    [InlineData("a leaf", "its certificate is not a CA's")]
    [InlineData("an RSA key", "its key is not")]
    public void What_cant_be_used_is_set_aside_and_said(string damage, string why)
    {
        using var folder = new StateFolder();
        var before = folder.Authority().CertificatePem;
        var key = folder.StoredAuthority()![before.Length..];
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        using var own = ECDsa.Create();
        own.ImportFromPem(key);
        using var leaf = new CertificateRequest("CN=x", own, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var damaged = damage switch
        {
            "nothing" => "",
            "half a certificate" => before[..(before.Length / 2)] + "\n" + key,
            "half a key" => before + key[..80],
            "no certificate" => key,
            "no key" => before,
            "another key" => before + other.ExportPkcs8PrivateKeyPem(),
            "a leaf" => leaf.ExportCertificatePem() + "\n" + key,
            _ => before + rsa.ExportPkcs8PrivateKeyPem(),
        };
        folder.Store("ca", "authority", damaged);

        var log = new Lines<CertificateAuthority>();
        var after = folder.Authority(log: log).CertificatePem;

        Assert.NotEqual(before, after);
        Assert.Equal(after, folder.Authority().CertificatePem);
        Assert.Equal(damaged, folder.StoredAuthority("authority.damaged-1"));
        var line = Assert.Single(log.All, l => l.StartsWith("Warning: The private CA", StringComparison.Ordinal));
        Assert.Contains(why, line, StringComparison.Ordinal);
        Assert.Contains("authority.damaged-1", line, StringComparison.Ordinal);
        Assert.Contains("usher ca export", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_set_aside_before_stays()
    {
        using var folder = new StateFolder();
        for (var i = 1; i <= 3; i++)
        {
            _ = folder.Authority().CertificatePem;
            folder.Store("ca", "authority", $"damage {i}");
        }

        _ = folder.Authority().CertificatePem;
        for (var i = 1; i <= 3; i++) Assert.Equal($"damage {i}", folder.StoredAuthority($"authority.damaged-{i}"));
    }

    [Fact]
    public void An_expired_one_is_set_aside()
    {
        using var folder = new StateFolder();
        var time = new FakeTimeProvider();
        var before = folder.Authority(time).CertificatePem;
        time.Advance(TimeSpan.FromDays(3651));
        Assert.Equal(before, folder.Authority(time).CertificatePem);
        time.Advance(TimeSpan.FromDays(3));
        Assert.NotEqual(before, folder.Authority(time).CertificatePem);
        Assert.NotNull(folder.StoredAuthority("authority.damaged-1"));
    }

    [Fact]
    public void Its_file_is_written_again_where_it_says_something_else()
    {
        using var folder = new StateFolder();
        var pem = folder.Authority().CertificatePem;
        foreach (var change in new Action<string>[] { File.Delete, path => File.WriteAllText(path, "another") })
        {
            change(Path.Combine(folder.Ca, "ca.pem"));
            Assert.Equal(pem, folder.Authority().CertificatePem);
            Assert.Equal(pem, File.ReadAllText(Path.Combine(folder.Ca, "ca.pem")));
        }
    }

    [Fact]
    public void A_store_that_lost_it_while_its_file_is_there_is_said()
    {
        using var folder = new StateFolder();
        _ = folder.Authority().CertificatePem;
        folder.Open().Write(new StateBatch().Remove("ca", "authority"));

        var log = new Lines<CertificateAuthority>();
        _ = folder.Authority(log: log).CertificatePem;

        Assert.Contains(log.All, l => l.StartsWith("Warning: ", StringComparison.Ordinal) && l.Contains("the state store has no CA any more", StringComparison.Ordinal));
    }
}
