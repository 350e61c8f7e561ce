using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Usher.Tests;
using Usher.Tests.Otlp;
using Usher.Trace.Export;

namespace Usher.Trace.Tests.Export;

/// <summary>Backends whose certificates, or whose wish for one, the system knows nothing of.</summary>
public sealed class OtlpCertificatesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("usher-otlp-");
    private readonly X509Certificate2 server = Pki.Make("CN=collector", Pki.Root, ["127.0.0.1"]);

    public OtlpCertificatesTests()
    {
        var client = Pki.Make("CN=usher", Pki.Intermediate);
        Write("ca.pem", Pki.Pem(Pki.Root));
        Write("other.pem", Pki.Pem(Pki.Make("CN=Other", null, isAuthority: true)));
        Write("client.pem", Pki.Pem(client, Pki.Intermediate));
        Write("client.key", Pki.Key(client));
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "grpc", "Later")]
    [InlineData("CERTIFICATE=other.pem", null, "Later")]
    [InlineData("CERTIFICATE=ca.pem", null, "Taken")]
    [InlineData("CERTIFICATE=ca.pem", "grpc", "Taken")]
    [InlineData("CERTIFICATE=other.pem;TRACES_CERTIFICATE=ca.pem", null, "Taken")]
    public async Task A_backend_is_trusted_whose_certificate_leads_to_what_was_named(string variables, string? protocol, string outcome)
    {
        await using var collector = await TestCollector.StartAsync(new HttpsConnectionAdapterOptions { ServerCertificate = server });

        var answer = await SendAsync(collector, protocol, variables);

        Assert.Equal(outcome, answer.Outcome.ToString());
        Assert.Equal(outcome == "Taken" ? 1 : 0, collector.Count);
        if (outcome == "Later") Assert.Contains("certificate", answer.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CERTIFICATE=ca.pem", null, 0)]
    [InlineData("CERTIFICATE=ca.pem;CLIENT_CERTIFICATE=client.pem;CLIENT_KEY=client.key", null, 1)]
    [InlineData("CERTIFICATE=ca.pem;CLIENT_CERTIFICATE=client.pem;CLIENT_KEY=client.key", "grpc", 1)]
    public async Task One_that_wants_a_certificate_is_shown_it_with_what_it_leads_over(string variables, string? protocol, int taken)
    {
        await using var collector = await TestCollector.StartAsync(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = server, ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, chain, _) =>
            {
                chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(Pki.Root);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build(certificate);
            },
        });

        await SendAsync(collector, protocol, variables);
        Assert.Equal(taken, collector.Count);
    }

    [Theory]
    [InlineData("client.pem", "ca.pem", "has no private key in PEM (-----BEGIN PRIVATE KEY-----)")]
    [InlineData("ca.pem", "client.key", "is not the key of the certificate CN=Corp Root: it has another public key")]
    public void A_key_that_is_not_the_certificate_s_is_named(string certificate, string key, string told)
    {
        var (settings, problem) = Read("https://a", null, $"CLIENT_CERTIFICATE={certificate};CLIENT_KEY={key}");
        Assert.Null(settings);
        Assert.Equal($"OTEL_EXPORTER_OTLP_CLIENT_KEY: '{At(key)}' {told}", problem);
    }

    private async Task<SendAnswer> SendAsync(TestCollector collector, string? protocol, string variables)
    {
        var (settings, problem) = Read($"{(protocol == "grpc" ? collector.Grpc : collector.Http)}", protocol, variables);
        Assert.Null(problem);
        using var sender = new OtlpSender(settings!, TimeProvider.System);
        return await sender.SendAsync(Array.Empty<byte>(), TestContext.Current.CancellationToken);
    }

    private (OtlpSettings? Settings, string? Problem) Read(string endpoint, string? protocol, string variables)
    {
        var set = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')).ToDictionary(v => $"OTEL_EXPORTER_OTLP_{v[0]}", v => At(v[1]));
        return OtlpEnvironment.Read(endpoint, protocol, name => set.GetValueOrDefault(name));
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private void Write(string name, string text) => File.WriteAllText(At(name), text);
}
