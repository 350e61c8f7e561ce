namespace Usher.Doorway.Files.Ack;

/// <summary><c>Listener.spec</c> of elbv2.services.k8s.aws/v1alpha1.</summary>
internal sealed class ListenerSpec
{
    public string? LoadBalancerARN { get; set; }

    public AckReference? LoadBalancerRef { get; set; }

    public long? Port { get; set; }

    public string? Protocol { get; set; }

    public string? SslPolicy { get; set; }

    public List<ListenerCertificate>? Certificates { get; set; }

    public List<ActionSpec>? DefaultActions { get; set; }

    public List<string>? AlpnPolicy { get; set; }

    public MutualAuthentication? MutualAuthentication { get; set; }

    /// <summary>Usher's own: ACK has no way to call ModifyListenerAttributes yet.</summary>
    public List<AckAttribute>? Attributes { get; set; }

    public List<AckTag>? Tags { get; set; }
}

internal sealed class ListenerCertificate
{
    public string? CertificateARN { get; set; }

    /// <summary>Usher's own: ACK has the ARN only.</summary>
    public AckReference? CertificateRef { get; set; }

    public bool? IsDefault { get; set; }
}

internal sealed class MutualAuthentication
{
    public bool? IgnoreClientCertificateExpiry { get; set; }

    public string? Mode { get; set; }

    public string? TrustStoreARN { get; set; }
}
