"""What an analyst with pandas and pantab does. usage: pantab-load.py IN.csv OUT.hyper"""

import sys

import pandas
import pantab

source, target = sys.argv[1:3]
frame = pandas.read_csv(source, parse_dates=["order_date", "created_at"])
pantab.frame_to_hyper(frame, target, table="Extract")
print(f'{{"rows": {len(frame)}}}')
