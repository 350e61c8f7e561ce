using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Usher.Model.Aws;

/// <summary>
/// The identifiers that AWS would make up, as pure functions of account, region and name, so that they can be written into
/// manifests beforehand. Shapes follow the AWS service authorization reference.
/// </summary>
public static class AwsNames
{
    /// <summary><c>arn:aws:elasticloadbalancing:…:loadbalancer/app/NAME/16 hex</c>; <c>net</c> in the place of <c>app</c> for a Network Load Balancer.</summary>
    public static string LoadBalancerArn(AwsScope scope, string name, bool network = false) =>
        Elb(scope, $"loadbalancer/{(network ? "net" : "app")}/{name}/{Hex(scope, $"loadbalancer/{name}", 16)}");

    /// <summary>The DNS name of an Application Load Balancer: <c>NAME-10 digits.REGION.elb.amazonaws.com</c>, <c>internal-</c> in front of an internal one.</summary>
    public static string LoadBalancerDnsName(AwsScope scope, string name, bool isInternal)
    {
        var digits = BitConverter.ToUInt64(Hash(scope, $"dns/{name}")) % 9_000_000_000UL + 1_000_000_000UL;
        return $"{(isInternal ? "internal-" : "")}{name.ToLowerInvariant()}-{digits.ToString(CultureInfo.InvariantCulture)}.{scope.Region}.elb.amazonaws.com";
    }

    /// <summary>The DNS name of a Network Load Balancer, internal or not: <c>NAME-16 hex.elb.REGION.amazonaws.com</c>, with its ARN's digits.</summary>
    public static string NetworkLoadBalancerDnsName(AwsScope scope, string name) =>
        $"{name.ToLowerInvariant()}-{Hex(scope, $"loadbalancer/{name}", 16)}.elb.{scope.Region}.amazonaws.com";

    /// <summary><c>arn:aws:elasticloadbalancing:…:targetgroup/NAME/16 hex</c>.</summary>
    public static string TargetGroupArn(AwsScope scope, string name) =>
        Elb(scope, $"targetgroup/{name}/{Hex(scope, $"targetgroup/{name}", 16)}");

    /// <summary>The ARN of a listener: its load balancer's path and 16 hex digits of its port.</summary>
    public static string ListenerArn(AwsScope scope, string loadBalancerArn, int port) =>
        $"{loadBalancerArn.Replace(":loadbalancer/", ":listener/", StringComparison.Ordinal)}/{Hex(scope, $"{loadBalancerArn}/{port}", 16)}";

    /// <summary>The ARN of a rule: its listener's path and 16 hex digits of its object's name.</summary>
    public static string RuleArn(AwsScope scope, string listenerArn, string name) =>
        $"{listenerArn.Replace(":listener/", ":listener-rule/", StringComparison.Ordinal)}/{Hex(scope, $"{listenerArn}/{name}", 16)}";

    /// <summary><c>arn:aws:acm:…:certificate/UUID</c>.</summary>
    public static string CertificateArn(AwsScope scope, string name) =>
        $"arn:aws:acm:{scope.Region}:{scope.Account}:certificate/{new Guid(Hash(scope, $"certificate/{name}").AsSpan(0, 16))}";

    /// <summary>A hosted zone's id: <c>Z</c> and 20 capitals and digits.</summary>
    public static string HostedZoneId(AwsScope scope, string zoneName)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        var hash = Hash(scope, $"hostedzone/{zoneName.TrimEnd('.').ToLowerInvariant()}");
        return "Z" + string.Create(20, hash, static (chars, bytes) =>
        {
            for (var i = 0; i < chars.Length; i++) chars[i] = alphabet[bytes[i] % alphabet.Length];
        });
    }

    /// <summary>
    /// The CNAME that proves control of a domain to ACM. A wildcard is validated by its parent's record, as ACM does.
    /// </summary>
    /// <returns>The record's name and value, both absolute without the final dot.</returns>
    public static (string Name, string Value) ValidationRecord(AwsScope scope, string domain)
    {
        var bare = domain.StartsWith("*.", StringComparison.Ordinal) ? domain[2..] : domain;
        bare = bare.TrimEnd('.').ToLowerInvariant();
        return ($"_{Hex(scope, $"acm-name/{bare}", 32)}.{bare}", $"_{Hex(scope, $"acm-value/{bare}", 32)}.{Letters(scope, bare, 10)}.acm-validations.aws");
    }

    /// <summary>The canonical hosted zone of Application Load Balancers in a region (AWS General Reference, Elastic Load Balancing endpoints), or null when not listed here.</summary>
    public static string? LoadBalancerZoneId(string region) => region switch
    {
        "us-east-1" => "Z35SXDOTRQ7X7K",
        "us-east-2" => "Z3AADJGX6KTTL2",
        "us-west-1" => "Z368ELLRRE2KJ0",
        "us-west-2" => "Z1H1FL5HABSF5",
        "eu-west-1" => "Z32O12XQLNTSW2",
        "eu-west-2" => "ZHURV8PSTC4K8",
        "eu-central-1" => "Z215JYRZR1TBD5",
        "ap-northeast-1" => "Z14GRHDCWA56QT",
        "ap-southeast-1" => "Z1LMS91P8CMLE5",
        "ap-southeast-2" => "Z1GM3OXH4ZPM65",
        _ => null,
    };

    /// <summary>The same of Network Load Balancers.</summary>
    public static string? NetworkLoadBalancerZoneId(string region) => region switch
    {
        "us-east-1" => "Z26RNL4JYFTOTI",
        "us-east-2" => "ZLMOA37VPKANP",
        "us-west-1" => "Z24FKFUX50B4VW",
        "us-west-2" => "Z18D5FSROUN65G",
        "eu-west-1" => "Z2IFOLAFXWLO4F",
        "eu-west-2" => "ZD4D7Y8KGAS4G",
        "eu-central-1" => "Z3F0SRJ5LGBH90",
        "ap-northeast-1" => "Z31USIVHYNEOWT",
        "ap-southeast-1" => "ZKVM4W9LS7TM",
        "ap-southeast-2" => "ZCT6FZBF4DROD",
        _ => null,
    };

    private static string Elb(AwsScope scope, string path) => $"arn:aws:elasticloadbalancing:{scope.Region}:{scope.Account}:{path}";

    private static string Hex(AwsScope scope, string text, int digits) => Convert.ToHexStringLower(Hash(scope, text))[..digits];

    private static string Letters(AwsScope scope, string text, int count) =>
        string.Concat(Hash(scope, $"letters/{text}").Take(count).Select(b => (char)('a' + b % 26)));

    private static byte[] Hash(AwsScope scope, string text) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope.Account}/{scope.Region}/{text}"));
}
