using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Pod.Tests;

public sealed class NoEffectTests
{
    [Fact]
    public void Of_somebody_elses_kinds_each_is_named_once()
    {
        var told = Warnings(
            Custom("monitoring.coreos.com/v1", "ServiceMonitor", "shop", "users"), Custom("monitoring.coreos.com/v1", "ServiceMonitor", "shop", "orders"), Custom("monitoring.coreos.com/v1", "PodMonitor", "shop", "users"),
            Custom("cert-manager.io/v1", "ClusterIssuer", "", "letsencrypt"), Custom("monitoring.coreos.com/v1", "ServiceMonitor", "", "all"));

        Assert.Equal(
            [
                "ClusterIssuer letsencrypt: kind: has no effect: no controller of cert-manager.io/v1 is run here, so that nothing is made of it",
                "PodMonitor shop/users: kind: has no effect: no controller of monitoring.coreos.com/v1 is run here, so that nothing is made of it",
                "ServiceMonitor all: kind: has no effect, nor have 2 more of its kind: no controller of monitoring.coreos.com/v1 is run here, so that nothing is made of it",
            ],
            told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_kubernetes_own_each_object_is_named()
    {
        var told = Warnings([.. ClusterYaml.Read("""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: { name: one, namespace: shop }
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: { name: two, namespace: shop }
            ---
            apiVersion: v1
            kind: ResourceQuota
            metadata: { name: one, namespace: shop }
            ---
            apiVersion: v1
            kind: PodTemplate
            metadata: { name: quiet, namespace: shop }
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: { name: replicas }
            """)]);

        Assert.Equal(
            [
                "NetworkPolicy shop/one: kind: has no effect: every pod may reach every other",
                "NetworkPolicy shop/two: kind: has no effect: every pod may reach every other",
                "ResourceQuota shop/one: kind: has no effect: resources aren't counted",
                "ValidatingAdmissionPolicy replicas: kind: has no effect: no policy is asked, so that nothing is refused by it",
            ],
            told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_kind_that_stands_apart_in_a_group_that_the_road_knows_is_not_accepted()
    {
        var told = Told(Custom("externaldns.k8s.io/v1alpha1", "DNSEndpoint", "shop", "apex"), Custom("externaldns.k8s.io/v1alpha1", "DNSEndpoint", "shop", "www"));

        Assert.Equal(["DNSEndpoint shop/apex", "DNSEndpoint shop/www"], told.Where(w => w.NotAccepted).Select(w => w.Object));
        Assert.Equal("DNSEndpoint (externaldns.k8s.io/v1alpha1) isn't supported yet: write its records as RecordSets, or as external-dns annotations of a Service or Ingress. It isn't accepted, and nothing is made of it", told[0].Message);
    }

    private static IEnumerable<string> Warnings(params Resource[] objects) => Told(objects).Select(w => $"{w.Object}: {w.Field}: {w.Message}");

    private static IReadOnlyList<ConfigError> Told(params Resource[] objects)
    {
        var context = new CompileContext(new DesiredState(objects), AddressPlan.In(new LoopbackRange(18)), AwsScope.Default, new ErrorList());
        NoEffect.Warn(context);
        Assert.Empty(context.Errors.All);
        return context.Warnings.All;
    }

    private static Resource Custom(string apiVersion, string kind, string ns, string name) => new(
        new ResourceKey(apiVersion.Split('/')[0], kind, ns, name), new CustomResource { ApiVersion = apiVersion, Kind = kind, Metadata = new() { Name = name, NamespaceProperty = ns } }, new Origin("files", "cluster.yaml", 1));
}
