"""The label networks: MS-ROI, CAM and the published code, trained on pictures and their labels."""
