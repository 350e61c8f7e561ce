using Usher.Tests;

namespace Usher.Dns.Tests;

/// <summary>Each folder of <c>tests/Golden/1-dns-external</c> is a case: <c>cluster.yaml</c> and <c>zones.txt</c> are written, <c>expected.txt</c> is made of them (see <see cref="ExternalDnsCluster"/>).</summary>
public sealed class ExternalDnsGoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("1-dns-external");

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_external_dns_makes(string name)
    {
        var folder = Golden.Folder("1-dns-external", name);
        var cluster = new ExternalDnsCluster(File.ReadAllText(Path.Combine(folder, "cluster.yaml")), File.ReadAllText(Path.Combine(folder, "zones.txt")));

        Golden.Check(Path.Combine(folder, "expected.txt"), cluster.Tell());
    }
}
