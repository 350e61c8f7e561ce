using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Usher.Journey.Tests.Dashboard;
using Usher.Journey.Tests.Metrics;
using static Microsoft.Playwright.Assertions;

namespace Usher.Journey.Tests;

/// <summary><c>samples/vault</c>: TLS ends and begins again at the load balancer and at the ingress, and ends in the pod.</summary>
[Trait("user", "matters")]
public sealed class EncryptedRoadTests(VaultRoad vault, InstalledBrowser browser) : IClassFixture<VaultRoad>
{
    private const string Url = "https://vault.example.com/v1/users";
    private const string IngressCertificate = "CN=vault.example.com, O=Usher sample";
    private const string PodCertificate = "CN=users.vault.svc, O=Usher sample";

    [Fact]
    public async Task Curl_gets_its_answer_from_a_process_that_speaks_TLS()
    {
        var road = await vault.RunsAsync();

        var ended = await road.CurlAsync("-i", Url);

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.StartsWith("HTTP/2 200", ended.Output, StringComparison.Ordinal);
        Assert.Contains("x-pod: users-", ended.Output, StringComparison.OrdinalIgnoreCase);
        // Only a host that the ingress serves with a certificate, over TLS, gets it.
        Assert.Contains("strict-transport-security:", ended.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Grace Hopper", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_journey_tells_at_each_hop_who_decrypts_and_who_encrypts_again()
    {
        var road = await vault.RunsAsync();

        var journey = await road.TraceAsync(Url);

        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(
            ["dns", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod"],
            journey.HopNames().Take(10));
        var balancer = journey.Hop("load-balancer").Facts().GetProperty("tls");
        Assert.StartsWith("TLSv1.3 TLS_", balancer.Text("decrypted"), StringComparison.Ordinal);
        Assert.StartsWith("TLSv1.3 TLS_", balancer.Text("encrypted"), StringComparison.Ordinal);
        Assert.Equal((IngressCertificate, "False", null), (balancer.Text("certificate"), balancer.Text("verified"), balancer.Text("serverName")));

        var ingress = journey.Hop("ingress").Facts();
        Assert.Equal(("TLSv1.3", "none", IngressCertificate), (ingress.Text("tlsVersion"), ingress.Text("sni"), ingress.Text("certificate")));
        Assert.Equal(("Secret vault/vault-tls", "HTTPS (TLS, users.vault.svc, certificate verified)"), (ingress.Text("certificateFrom"), ingress.Text("backendProtocol")));
        Assert.Equal((PodCertificate, "True", "users.vault.svc"), (ingress.GetProperty("tls").Text("certificate"), ingress.GetProperty("tls").Text("verified"), ingress.GetProperty("tls").Text("serverName")));
        Assert.EndsWith("encrypted again", journey.Hop("ingress").Text("decision"), StringComparison.Ordinal);

        var pod = journey.Hop("pod");
        Assert.Equal(("measured", PodCertificate), (pod.Text("evidence"), pod.Facts().GetProperty("tls").Text("certificate")));
        Assert.Equal(ingress.GetProperty("tls").Text("encrypted"), pod.Facts().GetProperty("tls").Text("decrypted"));
        Assert.Equal("process", pod.Facts().Text("runtime"));
    }

    [Fact]
    public async Task The_end_of_the_ingress_certificate_is_among_the_metrics()
    {
        var road = await vault.RunsAsync();

        var ends = DateTimeOffset.Parse((await road.TraceAsync(Url)).Hop("ingress").Facts().Text("certificateNotAfter")!, CultureInfo.InvariantCulture);

        var text = await Exposition.TextAsync(road);
        Assert.Equal(ends.ToUnixTimeSeconds(), Exposition.Value(text, """usher_certificate_expiry_timestamp_seconds{kind="secret",certificate="Secret vault/vault-tls",domain="vault.example.com"}"""));
        // The pods show that one.
        Assert.DoesNotContain("users-tls", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_ingress_certificate_is_on_the_dashboard()
    {
        var road = await vault.RunsAsync();
        await using var pages = await Pages.OpenAsync(browser, road);

        await pages.GoAsync("/certificates");

        var secrets = pages.Page.GetByRole(AriaRole.Group, new() { Name = "Certificates of Secrets" }).Locator("tbody tr");
        await Expect(secrets).ToHaveCountAsync(1);
        await Expect(secrets).ToContainTextAsync("vault/vault-tls");
        await Expect(secrets).ToContainTextAsync("UTCin ");
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task A_person_reads_it_in_a_line_a_hop()
    {
        var road = await vault.RunsAsync();

        var told = OneLine((await road.UsherAsync("trace", Url)).Output, '●', '◐');

        Assert.Matches($@"decrypts TLSv1\.3 TLS_\w+ from the client; encrypts again TLSv1\.3 TLS_\w+ to i-\w+:30443 \(certificate {IngressCertificate}; not verified, as an ALB never does\)", told);
        Assert.Matches(
            $@"decrypts TLSv1\.3 TLS_\w+ with {IngressCertificate} \(Secret vault/vault-tls\), since the client named no server \(no SNI\), so the default certificate is shown; encrypts again TLSv1\.3 TLS_\w+ to vault/users:https \(certificate {PodCertificate}; verified\)",
            told);
        Assert.Matches($@"decrypts TLSv1\.3 TLS_\w+ with {PodCertificate}", told);
    }

    [Fact]
    public async Task Explain_says_the_same_of_the_files_alone()
    {
        var explained = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", Url, "-f", VaultRoad.Folder)).Output).RootElement;

        Assert.Equal(("ok", "pod"), (explained.Text("outcome"), explained.Text("answeredBy")));
        Assert.All(explained.GetProperty("hops").EnumerateArray(), hop => Assert.Equal("inferred", hop.Text("evidence")));
        Assert.Equal("ELBSecurityPolicy-TLS13-1-0-2021-06", explained.Hop("load-balancer").Facts().Text("targetTlsPolicy"));
        // An ALB names no server, so the certificate is the default one in the explanation too.
        var ingress = explained.Hop("ingress").Facts();
        Assert.Equal(("none", IngressCertificate), (ingress.Text("sni"), ingress.Text("certificate")));
        Assert.StartsWith("the client named no server (no SNI)", ingress.Text("certificateWhy"), StringComparison.Ordinal);

        var told = OneLine((await Tool.UsherAsync("explain", Url, "-f", VaultRoad.Folder)).Output, '○');
        Assert.Matches(@"decrypts what the client sends; encrypts again to i-\w+:30443 by ELBSecurityPolicy-TLS13-1-0-2021-06", told);
        Assert.Contains("encrypts again to vault/users:https: HTTPS (TLS, users.vault.svc, certificate verified)", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_whose_certificate_is_for_another_name_is_502_at_the_ingress_which_says_so()
    {
        using var manifests = Manifests.Of("samples/vault");
        manifests.Change("kubernetes.yaml", "proxy-ssl-name: users.vault.svc", "proxy-ssl-name: other.vault.svc");
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        var journey = await road.TraceAsync(Url);

        Assert.Equal(("502", "ingress"), (journey.Text("status"), journey.Text("answeredBy")));
        Assert.Contains("it isn't for other.vault.svc", journey.Text("problem"), StringComparison.Ordinal);
        Assert.Equal("handshake failed", journey.Hop("ingress").Facts().GetProperty("tls").Text("encrypted"));
    }

    [Fact]
    public async Task A_handshake_refused_at_the_ingress_is_listed_with_its_certificate()
    {
        var road = await vault.RunsAsync();
        var ingress = (await road.TraceAsync(Url)).Hop("ingress").Facts().Text("bound")!;

        var refused = await Tool.RunAsync("openssl", "s_client", "-connect", ingress, "-servername", "vault.example.com", "-verify_return_error");

        Assert.NotEqual(0, refused.ExitCode);
        JsonElement? listed = null;
        await road.UntilAsync("the handshake is listed", () => (listed = road.ApiAsync("/api/journeys?failed=true&limit=1000").Result.EnumerateArray()
            .Cast<JsonElement?>().FirstOrDefault(j => j!.Value.Text("outcome") == "ingress.tls.client-refused")) is not null);
        var journey = JsonDocument.Parse((await road.UsherAsync("journeys", listed!.Value.Text("id")!, "--json")).Output).RootElement;
        Assert.Equal(("https://vault.example.com", "ingress"), (journey.Text("url"), Assert.Single(journey.HopNames())));
        var hop = journey.Hop("ingress");
        Assert.Equal($"handshake failed: certificate {IngressCertificate} (Secret vault/vault-tls), since it is that of the Ingress with host vault.example.com", hop.Text("decision"));
        Assert.Equal(("unknown ca", ingress, "vault.example.com"), (hop.Facts().Text("alert"), hop.Facts().Text("bound"), hop.Facts().Text("sni")));
        Assert.Contains("(ingress.tls.client-refused)", road.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_balancer_and_an_ingress_without_a_TLS_version_in_common_are_502_and_the_ingress_says_why()
    {
        using var manifests = Manifests.Of("samples/vault");
        manifests.Change("kubernetes.yaml", "            - --ingress-class=nginx\n", "            - --ingress-class=nginx\n            - --configmap=ingress-nginx/ingress-nginx-controller\n");
        manifests.Write("settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ingress-nginx-controller, namespace: ingress-nginx }\ndata: { ssl-protocols: TLSv1.3 }\n");
        manifests.Change("edge.yaml", "sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06", "sslPolicy: ELBSecurityPolicy-2016-08");
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        var journey = await road.TraceAsync(Url);

        Assert.Equal(("502", "load-balancer", "load-balancer.502.tls-handshake"), (journey.Text("status"), journey.Text("answeredBy"), journey.Text("outcome")));
        Assert.Contains("Behind it (seen): client and ingress controller share no TLS version (the client offers TLSv1.2, TLSv1.1, TLSv1.0); the controller's are those of ssl-protocols", journey.Text("problem"), StringComparison.Ordinal);
        var ingress = journey.Hop("ingress");
        Assert.Equal(("seen", "ingress.tls.no-shared-version", "none"), (ingress.Text("evidence"), ingress.Facts().Text("outcome"), ingress.Facts().Text("sni")));
        Assert.StartsWith($"handshake failed: certificate {IngressCertificate} (Secret vault/vault-tls), since the client named no server", ingress.Text("decision"), StringComparison.Ordinal);
    }

    /// <summary>A timeline without its line breaks and marks.</summary>
    private static string OneLine(string timeline, params char[] marks) =>
        string.Join(' ', timeline.Split('\n').Select(l => l.Trim().TrimStart(marks).Trim()));
}

/// <summary>The sample road that is encrypted from end to end, with its real application.</summary>
public sealed class VaultRoad() : SharedRoad(() => RunningRoad.StartAsync("-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "samples/vault");
}
