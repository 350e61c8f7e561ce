namespace Usher.Model.Aws;

/// <summary>The account and region that names are made for.</summary>
/// <param name="Account">Twelve digits.</param>
/// <param name="Region">For example <c>us-east-1</c>.</param>
public sealed record AwsScope(string Account, string Region)
{
    /// <summary>The account and region that local AWS tools agree on.</summary>
    public static AwsScope Default { get; } = new("000000000000", "us-east-1");
}
