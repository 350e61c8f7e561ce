using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Usher.Model.Aws;

/// <summary>
/// The attributes that load balancers, their listeners and their target groups have, those of an Application Load Balancer and of a Network Load Balancer apart, and their values (ELBv2 API, LoadBalancerAttribute, ListenerAttribute and TargetGroupAttribute).
/// </summary>
public sealed partial class AttributeTable
{
    /// <summary>What is wrong with a value, as "allowed are …"; null when it is right.</summary>
    private delegate string? Rule(string value);

    private readonly FrozenDictionary<string, Rule> rules;

    private AttributeTable(params (string Key, Rule Rule)[] rules) => this.rules = rules.ToFrozenDictionary(r => r.Key, r => r.Rule, StringComparer.Ordinal);

    /// <summary>An Application Load Balancer's.</summary>
    public static AttributeTable LoadBalancer { get; } = new(
        ("access_logs.s3.enabled", Flag),
        ("access_logs.s3.bucket", Bucket),
        ("access_logs.s3.prefix", Prefix),
        ("client_keep_alive.seconds", Number(60, 604800)),
        ("connection_logs.s3.enabled", Flag),
        ("connection_logs.s3.bucket", Bucket),
        ("connection_logs.s3.prefix", Prefix),
        ("deletion_protection.enabled", Flag),
        ("health_check_logs.s3.enabled", Flag),
        ("health_check_logs.s3.bucket", Bucket),
        ("health_check_logs.s3.prefix", Prefix),
        ("idle_timeout.timeout_seconds", Number(1, 4000)),
        ("ipv6.deny_all_igw_traffic", Flag),
        ("load_balancing.cross_zone.enabled", Words("true")),
        ("routing.http.desync_mitigation_mode", Words("monitor", "defensive", "strictest")),
        ("routing.http.drop_invalid_header_fields.enabled", Flag),
        ("routing.http.preserve_host_header.enabled", Flag),
        ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Flag),
        ("routing.http.xff_client_port.enabled", Flag),
        ("routing.http.xff_header_processing.mode", Words("append", "preserve", "remove")),
        ("routing.http2.enabled", Flag),
        ("waf.fail_open.enabled", Flag),
        ("zonal_shift.config.enabled", Flag));

    /// <summary>A Network Load Balancer's.</summary>
    public static AttributeTable NetworkLoadBalancer { get; } = new(
        ("access_logs.s3.enabled", Flag),
        ("access_logs.s3.bucket", Bucket),
        ("access_logs.s3.prefix", Prefix),
        ("deletion_protection.enabled", Flag),
        ("dns_record.client_routing_policy", Words("any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity")),
        ("ipv6.deny_all_igw_traffic", Flag),
        ("load_balancing.cross_zone.enabled", Flag),
        ("zonal_shift.config.enabled", Flag));

    /// <summary>Those of an Application Load Balancer's listener.</summary>
    public static AttributeTable Listener { get; } = new(
        ("routing.http.request.x_amzn_mtls_clientcert.header_name", MutualTls),
        ("routing.http.request.x_amzn_mtls_clientcert_issuer.header_name", MutualTls),
        ("routing.http.request.x_amzn_mtls_clientcert_leaf.header_name", MutualTls),
        ("routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name", MutualTls),
        ("routing.http.request.x_amzn_mtls_clientcert_subject.header_name", MutualTls),
        ("routing.http.request.x_amzn_mtls_clientcert_validity.header_name", MutualTls),
        ("routing.http.request.x_amzn_tls_cipher_suite.header_name", FieldName),
        ("routing.http.request.x_amzn_tls_version.header_name", FieldName),
        ("routing.http.response.access_control_allow_credentials.header_value", OrNone("true")),
        ("routing.http.response.access_control_allow_headers.header_value", FieldValue),
        ("routing.http.response.access_control_allow_methods.header_value", FieldValue),
        ("routing.http.response.access_control_allow_origin.header_value", FieldValue),
        ("routing.http.response.access_control_expose_headers.header_value", FieldValue),
        ("routing.http.response.access_control_max_age.header_value", value => value.Length == 0 ? null : Number(0, 86400)(value)),
        ("routing.http.response.content_security_policy.header_value", FieldValue),
        ("routing.http.response.server.enabled", Flag),
        ("routing.http.response.strict_transport_security.header_value", FieldValue),
        ("routing.http.response.x_content_type_options.header_value", OrNone("nosniff")),
        ("routing.http.response.x_frame_options.header_value", FieldValue));

    /// <summary>Those of a Network Load Balancer's listener.</summary>
    public static AttributeTable NetworkListener { get; } = new(
        ("tcp.idle_timeout.seconds", Number(60, 6000)));

    /// <summary>Those of a Network Load Balancer's target group.</summary>
    public static AttributeTable NetworkTargetGroup { get; } = new(
        ("deregistration_delay.connection_termination.enabled", Flag),
        ("deregistration_delay.timeout_seconds", Number(0, 3600)),
        ("load_balancing.cross_zone.enabled", Words("true", "false", "use_load_balancer_configuration")),
        ("preserve_client_ip.enabled", Flag),
        ("proxy_protocol_v2.enabled", Flag),
        ("stickiness.enabled", Flag),
        ("stickiness.type", Words("source_ip")),
        ("target_group_health.dns_failover.minimum_healthy_targets.count", NumberOrOff(1, 1000)),
        ("target_group_health.dns_failover.minimum_healthy_targets.percentage", NumberOrOff(1, 100)),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Number(1, 1000)),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", NumberOrOff(1, 100)),
        ("target_health_state.unhealthy.connection_termination.enabled", Flag),
        ("target_health_state.unhealthy.draining_interval_seconds", Number(0, 360000)));

    /// <summary>Those of an Application Load Balancer's target group.</summary>
    public static AttributeTable TargetGroup { get; } = new(
        ("deregistration_delay.timeout_seconds", Number(0, 3600)),
        ("load_balancing.algorithm.anomaly_mitigation", Words("on", "off")),
        ("load_balancing.algorithm.type", Words("round_robin", "least_outstanding_requests", "weighted_random")),
        ("load_balancing.cross_zone.enabled", Words("true", "false", "use_load_balancer_configuration")),
        ("slow_start.duration_seconds", value => value == "0" ? null : Number(30, 900)(value) is null ? null : "allowed are 0 (off) and 30 to 900"),
        ("stickiness.app_cookie.cookie_name", Anything),
        ("stickiness.app_cookie.duration_seconds", Number(1, 604800)),
        ("stickiness.enabled", Flag),
        ("stickiness.lb_cookie.duration_seconds", Number(1, 604800)),
        ("stickiness.type", Words("lb_cookie", "app_cookie")),
        ("target_group_health.dns_failover.minimum_healthy_targets.count", NumberOrOff(1, 1000)),
        ("target_group_health.dns_failover.minimum_healthy_targets.percentage", NumberOrOff(1, 100)),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Number(1, 1000)),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", NumberOrOff(1, 100)));

    /// <summary>Every attribute's key, in order.</summary>
    public IEnumerable<string> Keys => rules.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether there is such an attribute.</summary>
    public bool Has(string key) => rules.ContainsKey(key);

    /// <summary>What is allowed instead of a value, as "allowed are …"; null when it is right.</summary>
    public string? Problem(string key, string value) => rules[key](value);

    private static string? Anything(string value) => null;

    /// <summary>A general purpose bucket's name (S3 user guide, Bucket naming rules).</summary>
    private static string? Bucket(string value) => BucketName().IsMatch(value) && !value.Contains("..", StringComparison.Ordinal)
        ? null : "allowed are 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit first and last";

    /// <summary>The beginning of keys in a bucket, without "AWSLogs" (ALB user guide, Access log files). Here it is a folder too, so of its parts none leads up.</summary>
    private static string? Prefix(string value) =>
        value.Contains("AWSLogs", StringComparison.Ordinal) ? "it must not have AWSLogs in it"
        : value.Length == 0 || (KeyPrefix().IsMatch(value) && !value.Split('/').Any(part => part is "" or "." or "..")) ? null
        : "allowed are letters, digits and !_.*'()- in parts with / between them";

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", RegexOptions.NonBacktracking)]
    private static partial Regex BucketName();

    [GeneratedRegex("^[A-Za-z0-9!_.*'()/-]{1,512}$", RegexOptions.NonBacktracking)]
    private static partial Regex KeyPrefix();

    private static string? MutualTls(string value) => "mutual TLS isn't supported, so there is no such header to be named; take it away";

    /// <summary>RFC 9110 section 5.1.</summary>
    private static string? FieldName(string value) =>
        value.Length is > 0 and <= 128 && value.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) ? null : "allowed is a header's name: letters, digits and hyphens, at most 128";

    /// <summary>RFC 9110 section 5.5, without the bytes beyond ASCII; empty for none.</summary>
    private static string? FieldValue(string value) =>
        value.Length <= 1024 && value.All(c => c is >= ' ' and <= '~') && value.AsSpan().Trim().Length == value.Length
            ? null : "allowed are at most 1,024 visible characters of ASCII, spaces between them";

    private static string? Flag(string value) => value is "true" or "false" ? null : "allowed are true and false";

    private static Rule Words(params string[] words) => value =>
        words.Contains(value, StringComparer.Ordinal) ? null : $"allowed {(words.Length == 1 ? "is" : "are")} {string.Join(", ", words)}";

    private static Rule OrNone(string word) => value => value.Length == 0 || value == word ? null : $"allowed is {word}, and nothing";

    private static Rule Number(int least, int most) => value =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"allowed are {least} to {most}");

    private static Rule NumberOrOff(int least, int most) => value =>
        value == "off" ? null : Number(least, most)(value) is { } allowed ? $"{allowed}, and off" : null;
}
