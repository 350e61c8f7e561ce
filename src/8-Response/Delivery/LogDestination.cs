using System.Globalization;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>
/// Where a load balancer's log goes, as its attributes say, with AWS's names: <c>bucket[/prefix]/AWSLogs/ACCOUNT/elasticloadbalancing/REGION/yyyy/mm/dd/…</c>
/// (ALB user guide, "Access log files", "Connection log files", "Health check log files"; NLB user guide, "Access log files").
/// </summary>
internal sealed record LogDestination(LogKind Kind, string Bucket, string Prefix, string Account, string Region, string ResourceId, IPAddress Node)
{
    /// <summary>Where the load balancers of a generation that have this log on deliver it, by the address of each of their nodes: every node has files of its own.</summary>
    public static Dictionary<IPAddress, LogDestination> Of(LogKind kind, Generation generation)
    {
        var found = new Dictionary<IPAddress, LogDestination>();
        foreach (var balancer in generation.State.All<LoadBalancer>())
        {
            var (arn, attributes) = (balancer.Value.LoadBalancerArn, balancer.Value.Attributes);
            if (attributes.GetValueOrDefault($"{kind.Attribute}.s3.enabled") != "true") continue;
            if (attributes.GetValueOrDefault($"{kind.Attribute}.s3.bucket") is not { Length: > 0 } bucket) continue;
            // arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID
            var parts = arn.Split(':', 6);
            var (prefix, id) = (attributes.GetValueOrDefault($"{kind.Attribute}.s3.prefix") ?? "", parts[5]["loadbalancer/".Length..]);
            foreach (var address in LoadBalancerNode.Of(balancer).Select(n => generation.Addresses.Find(n.Owner)).OfType<RoadAddress>())
            {
                found[address.Bound] = new LogDestination(kind, bucket, prefix, parts[4], parts[3], id, address.Declared);
            }
        }

        return found;
    }

    /// <summary>The folder below that of all buckets, for what is delivered at a moment.</summary>
    public string Folder(DateTimeOffset end) =>
        Path.Combine(Bucket, Prefix, "AWSLogs", Account, "elasticloadbalancing", Region, end.ToString("yyyy/MM/dd", CultureInfo.InvariantCulture));

    /// <summary>The name of a file, without <c>.gz</c>.</summary>
    /// <param name="end">The end of its interval, in UTC.</param>
    /// <param name="random">What tells apart several files of an interval.</param>
    public string FileName(DateTimeOffset end, string random) => string.Create(CultureInfo.InvariantCulture,
        $"{Kind.FilePrefix}{Account}_elasticloadbalancing_{Region}_{ResourceId.Replace('/', '.')}_{end:yyyyMMdd'T'HHmm'Z'}_{(IsNetwork ? "" : $"{Node}_")}{random}.log");

    // Names of an NLB's files have no address (NLB user guide, "Access log files").
    private bool IsNetwork => ResourceId.StartsWith("net/", StringComparison.Ordinal);
}
