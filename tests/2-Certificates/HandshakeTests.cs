using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Certificates.Tests;

/// <summary>Real handshakes over a socket on 127.0.0.1, with SslStream and openssl as clients.</summary>
public sealed class HandshakeTests
{
    [Theory]
    [InlineData("-tls1_2", "TLSv1.2", "api.example.com", "api.example.com", 2048)]
    [InlineData("-tls1_3", "TLSv1.3", "api.example.com", "api.example.com", 2048)]
    [InlineData("-tls1_2", "TLSv1.2", "www.example.com", "*.example.com", 256)]
    [InlineData("-tls1_3", "TLSv1.3", "www.example.com", "*.example.com", 256)]
    public async Task Openssl_verifies_the_certificate_for_its_sni(string flag, string version, string name, string subject, int bits)
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        using var server = await Serve(hop);

        var (code, output) = await OpenSsl.Run(
            "s_client", "-connect", server.Endpoint.ToString(), "-servername", name, flag, "-CAfile", hop.Authority.CertificatePath,
            "-verify_return_error", "-verify_hostname", name, "-showcerts");

        Assert.Equal(0, code);
        Assert.Contains("Verify return code: 0 (ok)", output, StringComparison.Ordinal);
        Assert.Contains($"subject=CN = {subject}", output, StringComparison.Ordinal);
        Assert.Contains(version, output, StringComparison.Ordinal);
        Assert.Contains($"Server public key is {bits} bit", output, StringComparison.Ordinal);
        // The chain below the root: the leaf alone. Clients have the root; it needn't be sent (RFC 8446 section 4.4.2).
        Assert.Contains("Certificate chain\n 0 s:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n 1 s:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nothing_has_gets_the_default_and_a_client_that_checks_refuses()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        using var server = await Serve(hop);

        string[] arguments = ["s_client", "-connect", server.Endpoint.ToString(), "-servername", "other.org", "-CAfile", hop.Authority.CertificatePath, "-verify_return_error"];
        var unchecked_ = await OpenSsl.Run(arguments);
        var strict = await OpenSsl.Run([.. arguments, "-verify_hostname", "other.org"]);

        Assert.Contains("subject=CN = default.example.com", unchecked_.Output, StringComparison.Ordinal);
        Assert.Equal(0, unchecked_.Code);
        Assert.NotEqual(0, strict.Code);
        Assert.Contains("hostname mismatch", strict.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_sni_the_default_is_served()
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        using var server = await Serve(hop);
        var (_, output) = await OpenSsl.Run("s_client", "-connect", server.Endpoint.ToString(), "-noservername", "-CAfile", hop.Authority.CertificatePath);
        Assert.Contains("subject=CN = default.example.com", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Dotnet_clients_that_trust_the_exported_ca_verify_it(SslProtocols protocol)
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        using var server = await Serve(hop);
        using var ca = X509Certificate2.CreateFromPem(hop.Authority.CertificatePem);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Endpoint, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "www.example.com",
                EnabledSslProtocols = protocol,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { ca }, RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(protocol, tls.SslProtocol);
        Assert.Equal("CN=*.example.com", tls.RemoteCertificate!.Subject);
    }

    [Fact]
    public async Task The_handshake_after_a_renewal_gets_the_new_one()
    {
        using var folder = new StateFolder();
        var time = new FakeTimeProvider();
        using var hop = folder.Start(time);
        var generation = new Road().Certificate("c", "api.example.com", algorithm: "EC_prime256v1").Https(443, "c").CompileValid();
        await hop.Run(generation);
        using var server = new Server(sni => hop.Choose(generation, sni).Context!);
        var before = await Serial();

        time.Advance(TimeSpan.FromDays(152));
        Assert.Equal(before, await Serial());
        Assert.Equal("2000-06-01T23:59:59Z", (string?)Facts()["renewsFrom"]);
        time.Advance(TimeSpan.FromDays(2));
        var after = await Serial();

        Assert.NotEqual(before, after);
        Assert.Equal((before, after), ((string?)Facts()["renewed"], (string?)Facts()["serial"]));
        Assert.Equal(198, (DateTimeOffset.Parse((string?)Facts()["notAfter"] ?? "", null) - time.GetUtcNow()).TotalDays, 2.0);

        System.Text.Json.Nodes.JsonObject Facts() => hop.Choose(generation, "api.example.com").Decision.Tell().Single().Facts;

        async Task<string> Serial()
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Endpoint, TestContext.Current.CancellationToken);
            await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
            await tls.AuthenticateAsClientAsync("api.example.com");
            return tls.RemoteCertificate!.GetSerialNumberString();
        }
    }

    [Fact]
    public async Task Everything_is_registered_once_and_makes_no_file_before_it_is_needed()
    {
        using var folder = new StateFolder();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(folder.Options).AddSingleton<IStateStore>(folder.Open()).AddCertificates().BuildServiceProvider();

        Assert.IsType<CertificateCompiler>(services.GetRequiredService<IHopCompiler>());
        Assert.IsType<TlsStep>(services.GetRequiredService<IRoadStep>());
        var carrier = services.GetRequiredService<ICarrier>();
        var chooser = services.GetRequiredService<ICertificateChooser>();
        Assert.False(Directory.Exists(Path.Combine(folder.Root, "state")));

        var generation = Mixed();
        await using var change = await carrier.PrepareAsync(generation, new Model.Desired.ErrorList(), TestContext.Current.CancellationToken);
        await change.CommitAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(chooser.Choose(generation, Road.ListenerArn(443), "API.example.com.").Context);
        Assert.True(File.Exists(services.GetRequiredService<CertificateAuthority>().CertificatePath));
        await carrier.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Generation Mixed() => new Road()
        .Certificate("default", "default.example.com", algorithm: "EC_prime256v1")
        .Certificate("api", "api.example.com")
        .Certificate("wild", "*.example.com", algorithm: "EC_prime256v1")
        .Https(443, "default", "api", "wild").CompileValid();

    private static async Task<Server> Serve(StateFolder.Hop hop)
    {
        var generation = Mixed();
        await hop.Run(generation);
        return new Server(sni => hop.Choose(generation, sni).Context!);
    }
}
