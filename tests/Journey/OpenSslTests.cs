namespace Usher.Journey.Tests;

/// <summary>The handshake as OpenSSL sees it.</summary>
public sealed class OpenSslTests(SampleRoad sample)
{
    [Theory]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task The_chain_holds_with_the_certificate_that_was_exported(string option, string version)
    {
        var road = await sample.RunsAsync();
        var folder = Directory.CreateTempSubdirectory("usher-test-").FullName;
        try
        {
            var file = Path.Combine(folder, "ca.pem");
            var export = await road.UsherAsync("ca", "export", "-o", file);
            Assert.True(export.ExitCode == 0, export.ToString());
            Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), (await road.UsherAsync("ca", "export")).Output);

            var openssl = await Tool.RunAsync(
                "openssl", "s_client", "-connect", road.Https.ToString(), "-servername", "api.example.com", option,
                "-CAfile", file, "-no-CApath", "-verify_return_error", "-verify_hostname", "api.example.com");

            Assert.True(openssl.ExitCode == 0, openssl.ToString());
            Assert.Contains("Verification: OK", openssl.Output, StringComparison.Ordinal);
            Assert.Contains($"New, {version}, Cipher is", openssl.Output, StringComparison.Ordinal);
            Assert.Contains("Verified peername: api.example.com", openssl.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
