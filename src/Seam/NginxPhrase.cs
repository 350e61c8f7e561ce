using Microsoft.AspNetCore.WebUtilities;

namespace Usher.Seam;

/// <summary>
/// The reason phrases of nginx where they differ from the registered ones. An ingress controller's own answers carry them, and an ALB's too
/// (<c>503 Service Temporarily Unavailable</c>, <c>504 Gateway Time-out</c>): people search for these words.
/// </summary>
public static class NginxPhrase
{
    /// <summary>The phrase of a status; empty for one that neither nginx nor the registry knows.</summary>
    public static string Of(int status) => status switch
    {
        405 => "Not Allowed",
        408 => "Request Time-out",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Large",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => ReasonPhrases.GetReasonPhrase(status),
    };
}
