using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Tests;

namespace Usher.LoadBalancer.Tests;

/// <summary>Each folder of <c>tests/Golden/3-load-balancer-controller</c> is a case: <c>cluster.yaml</c> is written, <c>expected.txt</c> is made of it.</summary>
public sealed class ControllerGoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("3-load-balancer-controller");

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_made_of_Ingresses(string name)
    {
        var yaml = File.ReadAllText(Golden.Folder("3-load-balancer-controller", name, "cluster.yaml"));
        // `# certificate NAME`, `# pending certificate NAME`; one for example.com where none is written.
        var written = yaml.Split('\n').Where(l => l.StartsWith("# ", StringComparison.Ordinal)).Select(l => l.Split(' ')).Where(w => w is [_, .., "certificate", _]).ToList();
        var cluster = new AlbCluster(yaml, written.Count == 0 ? [Certificate("example.com", "*.example.com")] : [.. written.Select(w => Certificate(w[^1]))])
        {
            Pending = [.. written.Where(w => w[1] == "pending").Select(w => w[^1])],
        };

        var told = AlbCluster.Tell(cluster.Reconcile());

        Assert.Empty(cluster.Errors.All);
        Assert.Empty(cluster.Refused);
        Golden.Check(Golden.Folder("3-load-balancer-controller", name, "expected.txt"), told + string.Concat(cluster.Warnings.All.Distinct().Select(w => $"warning: {w}\n")));
    }

    internal static Resource Certificate(string domain, params string[] others) => new(new ResourceKey("acm.services.k8s.aws", "Certificate", "shop", domain), new Certificate
    {
        CertificateArn = AwsNames.CertificateArn(AwsScope.Default, domain), DomainName = domain, SubjectAlternativeNames = others,
    }, new Origin("files", "cluster.yaml", 1));
}
