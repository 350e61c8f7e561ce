namespace Usher.Model.Aws;

/// <summary>The path of an Ingress that the AWS Load Balancer Controller made a rule of, and what its place among the others comes from.</summary>
/// <param name="GroupOrder">The Ingress's <c>group.order</c>, −1000 to 1000; 0 where it says none.</param>
/// <param name="Rule">Its place in <c>spec.rules</c>, from 0.</param>
/// <param name="Index">Its place in that rule's <c>http.paths</c>, from 0.</param>
/// <param name="PathType"><c>Exact</c>, <c>Prefix</c> or <c>ImplementationSpecific</c>.</param>
/// <param name="Path">As written; empty where there is none.</param>
public sealed record IngressPath(int GroupOrder, int Rule, int Index, string PathType, string Path)
{
    /// <summary>Where it is written: <c>spec.rules[0].http.paths[1]</c>.</summary>
    public string Field => $"spec.rules[{Rule}].http.paths[{Index}]";

    /// <summary><c>/x Prefix</c>; <c>without a path</c>.</summary>
    public string Label => Path.Length == 0 ? "without a path" : $"{Path} {PathType}";
}
