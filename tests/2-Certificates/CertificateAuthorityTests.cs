using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Certificates.Tests;

public sealed class CertificateAuthorityTests
{
    [Fact]
    public async Task Is_made_when_first_asked_for_and_readable_by_its_owner_only()
    {
        using var folder = new StateFolder();
        var authority = folder.Authority();
        Assert.False(Directory.Exists(folder.Ca));

        var pem = authority.CertificatePem;

        Assert.Equal(pem, await File.ReadAllTextAsync(authority.CertificatePath, TestContext.Current.CancellationToken));
        Assert.Equal(Path.Combine(folder.Ca, "ca.pem"), authority.CertificatePath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Ca));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Ca, "ca.key")));
        Assert.Equal(["ca.key", "ca.pem", "lock"], Names(folder.Ca));

        var text = await OpenSsl.Text(authority.CertificatePath);
        Assert.Contains("Subject: CN=Usher local CA", text, StringComparison.Ordinal);
        Assert.Contains("Issuer: CN=Usher local CA", text, StringComparison.Ordinal);
        Assert.Contains("ASN1 OID: prime256v1", text, StringComparison.Ordinal);
        Assert.Contains("CA:TRUE, pathlen:0", text, StringComparison.Ordinal);
        Assert.Contains("Certificate Sign, CRL Sign", text, StringComparison.Ordinal);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        Assert.InRange((certificate.NotAfter - certificate.NotBefore).TotalDays, 3652, 3654);
        Assert.Equal(0, (await OpenSsl.Run("verify", "-x509_strict", "-CAfile", authority.CertificatePath, authority.CertificatePath)).Code);
        var key = await OpenSsl.Run("pkey", "-in", Path.Combine(folder.Ca, "ca.key"), "-noout", "-check");
        Assert.Contains("Key is valid", key.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_the_same_after_a_restart()
    {
        using var folder = new StateFolder();
        Assert.Equal(folder.Authority().CertificatePem, folder.Authority().CertificatePem);
        Assert.Equal(["ca.key", "ca.pem", "lock"], Names(folder.Ca));
    }

    [Fact]
    public async Task Many_that_start_at_once_end_with_one()
    {
        using var folder = new StateFolder();
        using var together = new Barrier(8);
        // Each has its own lock file handle, as a process of its own would: threads, so that all of them stand at the barrier.
        var pems = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var authority = folder.Authority();
                together.SignalAndWait();
                return authority.CertificatePem;
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Single(pems.Distinct());
        Assert.Equal(["ca.key", "ca.pem", "lock"], Names(folder.Ca));
        Assert.Equal(pems[0], folder.Authority().CertificatePem);
    }

    [Theory]
    [InlineData("empty certificate", "ca.pem is not whole")]
    [InlineData("half a certificate", "ca.pem is not whole")]
    [InlineData("half a key", "ca.key is not whole")]
    [InlineData("no certificate", "ca.pem is missing")]
    [InlineData("no key", "ca.key is missing")]
    [InlineData("another key", "ca.key is not the key of ca.pem")]
    [InlineData("a leaf", "ca.pem is not a CA's certificate")]
    [InlineData("an RSA key", "ca.key is not")]
    public void What_cant_be_used_is_set_aside_and_said(string damage, string why)
    {
        using var folder = new StateFolder();
        var before = folder.Authority().CertificatePem;
        string key = Path.Combine(folder.Ca, "ca.key"), pem = Path.Combine(folder.Ca, "ca.pem");
        switch (damage)
        {
            case "empty certificate": File.WriteAllText(pem, ""); break;
            case "half a certificate": File.WriteAllText(pem, before[..(before.Length / 2)]); break;
            case "half a key": File.WriteAllText(key, File.ReadAllText(key)[..80]); break;
            case "no certificate": File.Delete(pem); break;
            case "no key": File.Delete(key); break;
            case "another key":
                using (var other = ECDsa.Create(ECCurve.NamedCurves.nistP256)) File.WriteAllText(key, other.ExportPkcs8PrivateKeyPem());
                break;
            case "a leaf":
                using (var own = ECDsa.Create())
                {
                    own.ImportFromPem(File.ReadAllText(key));
                    using var leaf = new CertificateRequest("CN=x", own, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
                    File.WriteAllText(pem, leaf.ExportCertificatePem());
                }

                break;
            default:
                using (var rsa = RSA.Create(2048)) File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
                break;
        }

        var damaged = Directory.GetFiles(folder.Ca).Where(f => Path.GetFileName(f) != "lock").ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText);
        var log = new Lines<CertificateAuthority>();
        var after = folder.Authority(log: log).CertificatePem;

        Assert.NotEqual(before, after);
        Assert.Equal(after, folder.Authority().CertificatePem);
        foreach (var (name, text) in damaged) Assert.Equal(text, File.ReadAllText(Path.Combine(folder.Ca, $"{name}.damaged-1")));
        var line = Assert.Single(log.All, l => l.StartsWith("Warning: The private CA", StringComparison.Ordinal));
        Assert.Contains(why, line, StringComparison.Ordinal);
        Assert.Contains(".damaged-1", line, StringComparison.Ordinal);
        Assert.Contains("usher ca export", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_set_aside_before_stays()
    {
        using var folder = new StateFolder();
        for (var i = 1; i <= 3; i++)
        {
            _ = folder.Authority().CertificatePem;
            File.WriteAllText(Path.Combine(folder.Ca, "ca.pem"), $"damage {i}");
        }

        _ = folder.Authority().CertificatePem;
        for (var i = 1; i <= 3; i++) Assert.Equal($"damage {i}", File.ReadAllText(Path.Combine(folder.Ca, $"ca.pem.damaged-{i}")));
    }

    [Fact]
    public void An_expired_one_is_set_aside()
    {
        using var folder = new StateFolder();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var before = folder.Authority(time).CertificatePem;
        time.Advance(TimeSpan.FromDays(3651));
        Assert.Equal(before, folder.Authority(time).CertificatePem);
        time.Advance(TimeSpan.FromDays(3));
        Assert.NotEqual(before, folder.Authority(time).CertificatePem);
        Assert.True(File.Exists(Path.Combine(folder.Ca, "ca.pem.damaged-1")));
    }

    [Fact]
    public void A_key_open_to_others_is_closed()
    {
        using var folder = new StateFolder();
        var before = folder.Authority().CertificatePem;
        var key = Path.Combine(folder.Ca, "ca.key");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(folder.Ca, File.GetUnixFileMode(folder.Ca) | UnixFileMode.OtherExecute);
        var log = new Lines<CertificateAuthority>();

        Assert.Equal(before, folder.Authority(log: log).CertificatePem);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Ca));
        Assert.Contains("could be read by other users", Assert.Single(log.All), StringComparison.Ordinal);
    }

    private static string[] Names(string directory) => [.. Directory.GetFileSystemEntries(directory).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
