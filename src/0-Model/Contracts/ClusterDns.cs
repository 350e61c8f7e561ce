using System.Net;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Where the cluster's own DNS (<c>kube-system/kube-dns</c>) is; answered by the name server's hop.</summary>
public interface IClusterDns
{
    /// <summary>Where a process pod asks it, over UDP and TCP; null for a road without a cluster. Known as soon as the generation is compiled.</summary>
    IPEndPoint? Bound(Generation generation);
}
